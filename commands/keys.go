package commands

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// Idempotency keys are chosen by clients and may say anything: what is recorded of
// one, in streams, envelopes and event ids, is a keyed hash of it and of whose it is.
// Until then they were recorded as they came, which retries must still find.

// meta is the envelope of what an origin has recorded.
func (l *Ledger) meta(o Origin) journal.Meta {
	return journal.Meta{Actor: o.Actor, Role: o.Role, Correlation: o.Correlation, Key: l.key(o),
		Source: journal.Source{Door: o.Door, File: o.file, Row: o.row}}
}

// key is the hash of an origin's key; "" has none. The row of a file is the same
// decision whoever imports it.
func (l *Ledger) key(o Origin) string {
	switch {
	case o.file != "":
		return l.mac("idempotency-key", joined("import", o.file, strconv.Itoa(o.row)))
	case o.Key != "":
		return l.mac("idempotency-key", joined("caller", o.Door, o.Actor, o.Key))
	}
	return ""
}

// former are the forms that the key had before it was hashed.
func (o Origin) former() []string {
	switch {
	case o.file != "":
		return []string{"import:" + o.file + ":" + strconv.Itoa(o.row)}
	case o.Key != "":
		return []string{formerKey(o.Key)}
	}
	return nil
}

func formerKey(key string) string { return "api:" + key }

// done says whether something was decided under the origin's key.
func (l *Ledger) done(o Origin, keys map[string]journal.Position) bool {
	for _, k := range append([]string{l.key(o)}, o.former()...) {
		if _, ok := keys[k]; ok && k != "" {
			return true
		}
	}
	return false
}

// joined is the parts with the length of each before it.
func joined(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return b
}

// ofRow is the origin of one row of an imported file; the key follows from the
// file and the row, so that the same row read again is the same decision.
func (o Origin) ofRow(file string, row int) Origin {
	o.Door, o.file, o.row, o.Key, o.Expected = string(access.Imported), file, row, "", nil
	return o
}

// item is a row's command for journal.ExecuteAll.
func item[C any](l *Ledger, o Origin, cmd C) journal.Item[C] {
	return journal.Item[C]{Cmd: cmd, Meta: l.meta(o), Earlier: o.former()}
}

// Once asks whether somebody may record at all, binds their idempotency key to the
// request and refuses, with intake.ErrKeyReused, the same key with another one; the
// origin it gives back is the one to go on with. An empty key binds nothing.
//
// Only what the asker may see is compared: who may not see the sealed part of a
// request gets the decision that was made under the key, and does not learn from it
// whether the sealed part was the same.
func (l *Ledger) Once(ctx context.Context, o Origin, name string, r Request) (Origin, error) {
	if !o.Who().May(access.Record) {
		return o, ErrMayNot
	}
	if o.Key == "" {
		return o, nil
	}
	compared := any(r)
	if r.about() != "" && !o.Who().Sees(r.about()) {
		compared = r.open()
	}
	body, err := json.Marshal(compared)
	if err != nil {
		return o, fmt.Errorf("encode the request: %w", err)
	}
	// What was bound before keys were hashed says nothing that may be compared.
	before, err := journal.Load(ctx, l.Log, domain.Stream("request", l.mac("request-key", []byte(formerKey(o.Key)))), intake.RequestDecider())
	if err != nil {
		return o, err
	}
	if before.State != "" {
		o.settled = true
		return o, nil
	}
	meta := l.meta(o)
	meta.Key = ""
	_, err = journal.Execute(ctx, l.Log, domain.Stream("request", l.key(o)), intake.RequestDecider(),
		intake.TakeRequest{Request: l.mac("request", joined(l.key(o), name, string(body)))}, meta)
	return o, err
}
