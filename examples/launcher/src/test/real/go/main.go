// SPDX-License-Identifier: Apache-2.0

// Peer is the official Go client and a server on the official Go packages.
//
//	peer client               what is told on stdin, as in client.py
//	peer server PORT          Streamable HTTP with sessions, the older era; what it offers is as in server.py
//	peer server PORT newer    without sessions, in both eras
package main

import (
	"context"
	"log"
	"os"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "client":
		err = talk(context.Background(), os.Stdin, os.Stdout)
	case len(os.Args) >= 3 && os.Args[1] == "server":
		err = serve(os.Args[2], len(os.Args) > 3 && os.Args[3] == "newer")
	default:
		log.Fatal("usage: peer client | peer server PORT [newer]")
	}
	if err != nil {
		log.Fatal(err)
	}
}
