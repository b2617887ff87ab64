// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	handshake = "2025-11-25"
	patience  = 60 * time.Second
)

type plan struct {
	Command []string
	URL     string
	Era     string
	Await   []string
	Calls   []struct {
		Tool      string
		Arguments map[string]any
	}
	Together struct {
		Tool      string
		Arguments []map[string]any
	}
}

type outcome struct {
	Failed     *bool     `json:"failed,omitempty"`
	Text       string    `json:"text,omitempty"`
	Structured any       `json:"structured,omitempty"`
	Progress   []float64 `json:"progress,omitempty"`
	Code       int64     `json:"code,omitempty"`
	Message    string    `json:"message,omitempty"`
}

type caller struct {
	session *mcp.ClientSession

	lock     sync.Mutex
	heard    map[any][]float64
	last     map[any]chan struct{}
	sequence int
}

func talk(ctx context.Context, in io.Reader, out io.Writer) error {
	var todo plan
	if err := json.NewDecoder(in).Decode(&todo); err != nil {
		return err
	}
	c := &caller{heard: map[any][]float64{}, last: map[any]chan struct{}{}}
	client := mcp.NewClient(&mcp.Implementation{Name: "go", Version: "1"},
		&mcp.ClientOptions{ProgressNotificationHandler: c.progress})
	options := &mcp.ClientSessionOptions{}
	if todo.Era == "handshake" {
		options.ProtocolVersion = handshake
	}
	session, err := client.Connect(ctx, transport(todo), options)
	if err != nil {
		return err
	}
	c.session = session
	tools, err := toolsWith(ctx, session, todo.Await)
	if err != nil {
		return err
	}
	calls := []outcome{}
	for _, wanted := range todo.Calls {
		one, err := c.call(ctx, wanted.Tool, wanted.Arguments)
		if err != nil {
			return err
		}
		calls = append(calls, one)
	}
	together := make([]outcome, len(todo.Together.Arguments))
	failures := make([]error, len(together))
	var all sync.WaitGroup
	for i, arguments := range todo.Together.Arguments {
		all.Add(1)
		go func() {
			defer all.Done()
			together[i], failures[i] = c.call(ctx, todo.Together.Tool, arguments)
		}()
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	hello := session.InitializeResult()
	if err := session.Close(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(map[string]any{
		"server": hello.ServerInfo.Name, "revision": hello.ProtocolVersion, "instructions": hello.Instructions,
		"tools": tools, "calls": calls, "together": together,
	})
}

func transport(todo plan) mcp.Transport {
	if todo.URL != "" {
		return &mcp.StreamableClientTransport{Endpoint: todo.URL}
	}
	command := exec.Command(todo.Command[0], todo.Command[1:]...)
	command.Stderr = os.Stderr
	return &mcp.CommandTransport{Command: command}
}

// toolsWith gives all tools, once those that are wanted are among them.
func toolsWith(ctx context.Context, session *mcp.ClientSession, wanted []string) ([]*mcp.Tool, error) {
	deadline := time.Now().Add(patience)
	for {
		tools := []*mcp.Tool{}
		names := map[string]bool{}
		for tool, err := range session.Tools(ctx, nil) {
			if err != nil {
				return nil, err
			}
			tools = append(tools, tool)
			names[tool.Name] = true
		}
		missing := ""
		for _, name := range wanted {
			if !names[name] {
				missing = name
			}
		}
		if missing == "" {
			return tools, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("there is no tool %s", missing)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c *caller) progress(_ context.Context, heard *mcp.ProgressNotificationClientRequest) {
	c.lock.Lock()
	defer c.lock.Unlock()
	token := heard.Params.ProgressToken
	c.heard[token] = append(c.heard[token], heard.Params.Progress)
	if heard.Params.Total > 0 && c.last[token] == nil {
		c.last[token] = make(chan struct{})
	}
	// It rises, so this comes once.
	if heard.Params.Total > 0 && heard.Params.Progress == heard.Params.Total {
		close(c.last[token])
	}
}

// The SDK tells of notifications in another goroutine than of the answer, which may overtake what came before it.
func (c *caller) awaitLastProgress(token any) {
	c.lock.Lock()
	last := c.last[token]
	c.lock.Unlock()
	if last != nil {
		select {
		case <-last:
		case <-time.After(5 * time.Second):
		}
	}
}

func (c *caller) call(ctx context.Context, tool string, arguments map[string]any) (outcome, error) {
	c.lock.Lock()
	c.sequence++
	token := fmt.Sprint("call-", c.sequence)
	c.lock.Unlock()
	params := &mcp.CallToolParams{Name: tool, Arguments: arguments, Meta: mcp.Meta{"progressToken": token}}
	result, err := c.session.CallTool(ctx, params)
	c.awaitLastProgress(token)
	var refused *jsonrpc.Error
	if errors.As(err, &refused) {
		return outcome{Code: refused.Code, Message: refused.Message}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	texts := []string{}
	for _, block := range result.Content {
		if text, ok := block.(*mcp.TextContent); ok {
			texts = append(texts, text.Text)
		}
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	return outcome{
		Failed: &result.IsError, Text: strings.Join(texts, "\n"),
		Structured: result.StructuredContent, Progress: c.heard[token],
	}, nil
}
