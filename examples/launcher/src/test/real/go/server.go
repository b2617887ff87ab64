// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type message struct {
	Message string `json:"message"`
}

type steps struct {
	Steps   int     `json:"steps"`
	Seconds float64 `json:"seconds"`
}

type nothing struct{}

func text(what string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: what}}}
}

func echo(_ context.Context, _ *mcp.CallToolRequest, in message) (*mcp.CallToolResult, any, error) {
	return text("Echo: " + in.Message), nil, nil
}

func count(ctx context.Context, call *mcp.CallToolRequest, in steps) (*mcp.CallToolResult, any, error) {
	fmt.Println("count began")
	for i := 1; i <= in.Steps; i++ {
		if token := call.Params.GetProgressToken(); token != nil {
			err := call.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
				ProgressToken: token, Progress: float64(i), Total: float64(in.Steps),
			})
			if err != nil {
				return nil, nil, err
			}
		}
		select {
		case <-ctx.Done():
			fmt.Println("count was cancelled")
			return nil, nil, ctx.Err()
		case <-time.After(time.Duration(in.Seconds / float64(in.Steps) * float64(time.Second))):
		}
	}
	fmt.Println("count ended")
	return text(fmt.Sprint("counted to ", in.Steps)), nil, nil
}

func greet(_ context.Context, call *mcp.CallToolRequest, _ nothing) (*mcp.CallToolResult, any, error) {
	switch answer := call.Params.InputResponses["guest"].(type) {
	case *mcp.ElicitResult:
		if answer.Action != "accept" {
			return text("Goodbye."), nil, nil
		}
		return text(fmt.Sprintf("Hello, %v!", answer.Content["name"])), nil, nil
	default:
		return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{"guest": &mcp.ElicitParams{
			Message: "Who are you?",
			RequestedSchema: map[string]any{
				"type":       "object",
				"properties": map[string]any{"name": map[string]any{"type": "string"}},
				"required":   []string{"name"},
			},
		}}}, nil, nil
	}
}

func write(ctx context.Context, call *mcp.CallToolRequest, _ nothing) (*mcp.CallToolResult, any, error) {
	written, hasWritten := call.Params.InputResponses["written"].(*mcp.CreateMessageWithToolsResult)
	places, hasPlaces := call.Params.InputResponses["places"].(*mcp.ListRootsResult)
	if !hasWritten || !hasPlaces {
		asked := &mcp.SamplingMessage{Role: "user", Content: &mcp.TextContent{Text: "Write."}}
		return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{
			"written": &mcp.CreateMessageParams{Messages: []*mcp.SamplingMessage{asked}, MaxTokens: 100},
			"places":  &mcp.ListRootsParams{},
		}}, nil, nil
	}
	err := call.Session.Log(ctx, &mcp.LoggingMessageParams{Level: "info", Data: "it has written"})
	says := written.Content[0].(*mcp.TextContent).Text
	return text(says + " " + places.Roots[0].URI), nil, err
}

func haiku(_ context.Context, asked *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	says := &mcp.TextContent{Text: "A haiku about " + asked.Params.Arguments["topic"] + "."}
	return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user", Content: says}}}, nil
}

func memo(_ context.Context, asked *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	uri := asked.Params.URI
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{
		{URI: uri, MIMEType: "text/plain", Text: "memo of " + strings.TrimPrefix(uri, "memo://days/")},
	}}, nil
}

func complete(_ context.Context, asked *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
	found := []string{}
	for _, topic := range []string{"moon", "moss", "rain"} {
		if strings.HasPrefix(topic, asked.Params.Argument.Value) {
			found = append(found, topic)
		}
	}
	return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: found, Total: len(found)}}, nil
}

func serve(port string, newer bool) error {
	server := mcp.NewServer(&mcp.Implementation{Name: "go-peer", Version: "1"},
		&mcp.ServerOptions{CompletionHandler: complete})
	mcp.AddTool(server, &mcp.Tool{Name: "echo", Description: "Says it again."}, echo)
	mcp.AddTool(server, &mcp.Tool{Name: "count", Description: "Counts slowly."}, count)
	mcp.AddTool(server, &mcp.Tool{Name: "greet", Description: "Asks for a name."}, greet)
	mcp.AddTool(server, &mcp.Tool{Name: "write", Description: "Has a model write."}, write)
	server.AddPrompt(&mcp.Prompt{Name: "haiku", Arguments: []*mcp.PromptArgument{{Name: "topic", Required: true}}}, haiku)
	server.AddResource(&mcp.Resource{Name: "today", URI: "memo://days/today", MIMEType: "text/plain"}, memo)
	server.AddResourceTemplate(&mcp.ResourceTemplate{Name: "day", URITemplate: "memo://days/{day}"}, memo)
	listening, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	fmt.Printf("listening on %d\n", listening.Addr().(*net.TCPAddr).Port)
	options := &mcp.StreamableHTTPOptions{Stateless: newer, PropagateRequestCancellation: true}
	http.Handle("/mcp", mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, options))
	return http.Serve(listening, nil)
}
