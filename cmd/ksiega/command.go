package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"ksiega/cmd/ksiega/control"
)

type commandCmd struct {
	Name string `arg:"" name:"polecenie" help:"Polecenie, nazwane jak w API; na nieznane odpowiedzią jest lista znanych."`
	Key  string `name:"key" placeholder:"KEY" help:"Klucz: to samo polecenie z tym samym kluczem wykona się raz. Bez tego taki, którego nikt nie użył."`
}

// maxCommand bounds what is read from the standard input; the door bounds a command
// itself.
const maxCommand = 1 << 20

// Run carries out a command that stands on the standard input, one JSON object as
// the API takes it, and prints what the API answers.
func (c *commandCmd) Run(ctx context.Context, g *globals) error {
	body, err := io.ReadAll(io.LimitReader(os.Stdin, maxCommand+1))
	if err != nil {
		return fmt.Errorf("standardowe wejście: %w", err)
	}
	if len(bytes.TrimSpace(body)) == 0 || len(body) > maxCommand {
		return control.Usage{Err: errors.New("podaj polecenie na standardowym wejściu: jeden obiekt JSON")}
	}
	if c.Key == "" {
		c.Key = rand.Text()
	}
	door, err := connectNew(ctx, g)
	if err != nil {
		return err
	}
	return errors.Join(carriedOut(ctx, door, c.Name, c.Key, bytes.NewReader(body), os.Stdout), door.Close())
}

func carriedOut(ctx context.Context, door *control.Client, name, key string, body io.Reader, out io.Writer) error {
	answer, err := door.Ask(ctx, http.MethodPost, "/api/v1/commands/"+url.PathEscape(name), nil,
		http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {key}}, body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	_, err = io.Copy(out, answer)
	return err
}
