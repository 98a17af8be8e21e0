//go:build deps

package deps

import (
	_ "github.com/EventStore/EventStore-Client-Go/v4/esdb"
	_ "github.com/alicebob/miniredis/v2"
	_ "github.com/cockroachdb/pebble/v2"
	_ "github.com/danielgtaylor/huma/v2"
	_ "github.com/danielgtaylor/huma/v2/adapters/humachi"
	_ "github.com/go-chi/chi/v5"
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/redis/go-redis/v9"
	_ "google.golang.org/grpc"
	_ "google.golang.org/protobuf/proto"
	_ "pgregory.net/rapid"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "go.uber.org/goleak"
	_ "github.com/xuri/excelize/v2"
	_ "github.com/alecthomas/kong"
	_ "github.com/schollz/progressbar/v3"
	_ "golang.org/x/text/encoding/charmap"
	_ "github.com/chromedp/chromedp"
	_ "github.com/goccy/go-json"
	_ "github.com/google/uuid"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/term"
	_ "go.yaml.in/yaml/v3"
)
