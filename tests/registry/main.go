// A registry on a port of its own, with everything in memory: what `oci://` charts are fetched from in tests. It prints
// its address and ends when its standard input does. With the path of an htpasswd file, it lets only those in who are in it.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/distribution/distribution/v3/configuration"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
)

func main() {
	config := &configuration.Configuration{
		Storage: configuration.Storage{"inmemory": configuration.Parameters{}},
	}
	config.HTTP.Secret = "a test's"
	config.Log.Level = "error"
	if len(os.Args) > 1 {
		config.Auth = configuration.Auth{
			"htpasswd": configuration.Parameters{"realm": "charts", "path": os.Args[1]},
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	go func() {
		log.Fatal(http.Serve(listener, handlers.NewApp(context.Background(), config)))
	}()
	_, _ = io.Copy(io.Discard, os.Stdin)
}
