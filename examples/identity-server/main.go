// Command identity-server is a login page of one's own for an API behind OAuth 2.0: what `authLoginRedirect` of a definition leads to. It shows what a
// client asks for, lets a user sign in and decide, and fetches the authorization code from the gateway with the gateway secret.
//
//	browser → gateway /oauth/authorize → 307 → GET  /login   who are you, and do you agree?
//	                                           POST /login   → gateway /tyk/oauth/authorize-client/ → code
//	browser ← 303 to the client's redirect URI, with the code
//
// It is an example: users are in a file that is read at the start, and what waits for a decision is in memory.
package main

import (
	"cmp"
	"flag"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8082", "address to listen on")
	gatewayURL := flag.String("gateway", "http://127.0.0.1:8080", "URL of the gateway")
	api := flag.String("api", "calendar", "id of the API")
	listenPath := flag.String("listen-path", "", "listen path of the API (default: its id)")
	secretFile := flag.String("secret-file", "", "file that holds the gateway secret")
	usersFile := flag.String("users", "users.txt", "file of users, a line NAME PASSWORD-HASH each")
	hash := flag.Bool("hash", false, "print a hash for the password on standard input, and end")
	flag.Parse()
	if *hash {
		printHash()
		return
	}
	secret, err := os.ReadFile(*secretFile)
	if err != nil {
		log.Fatal(err)
	}
	users, err := readUsers(*usersFile)
	if err != nil {
		log.Fatal(err)
	}
	g := &gateway{url: strings.TrimRight(*gatewayURL, "/"), api: *api, path: strings.Trim(cmp.Or(*listenPath, *api), "/"), secret: strings.TrimSpace(string(secret))}
	server := &http.Server{Addr: *listen, Handler: newServer(g, users), ReadHeaderTimeout: 10 * time.Second}
	log.Printf("login page on http://%s/login", *listen)
	log.Fatal(server.ListenAndServe())
}
