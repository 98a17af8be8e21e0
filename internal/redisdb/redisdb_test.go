package redisdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"
)

func open(t testing.TB, file string) *DB {
	t.Helper()
	db, err := Open(Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSavedIsReadBack(t *testing.T) {
	t.Parallel()
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "rows")
	db := open(t, file)
	if !errors.Is(db.Fresh(), ErrNoFile) {
		t.Fatalf("a new database is fresh because %v", db.Fresh())
	}
	c := db.Client()
	must(t, c.Set(ctx, "s", "zażółć\x00\xff", 0).Err())
	must(t, c.Set(ctx, "empty", "", 0).Err())
	must(t, c.Set(ctx, "passing", "x", time.Hour).Err())
	must(t, c.HSet(ctx, "h", "a", "1", "b", "").Err())
	must(t, c.SAdd(ctx, "m", "x", "y", "").Err())
	must(t, db.Close())
	must(t, db.Close())
	if c.Ping(ctx).Err() == nil {
		t.Error("a closed database answers")
	}
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v", info.Mode())
	}
	again := open(t, file)
	if again.Fresh() != nil {
		t.Fatalf("fresh: %v", again.Fresh())
	}
	c = again.Client()
	if v := c.Get(ctx, "s").Val(); v != "zażółć\x00\xff" {
		t.Errorf("s is %q", v)
	}
	if v, err := c.Get(ctx, "empty").Result(); v != "" || err != nil {
		t.Errorf("empty is %q, %v", v, err)
	}
	if v := c.HGetAll(ctx, "h").Val(); len(v) != 2 || v["a"] != "1" {
		t.Errorf("h is %v", v)
	}
	if v := c.SMembers(ctx, "m").Val(); len(v) != 3 {
		t.Errorf("m is %v", v)
	}
	if n := c.DBSize(ctx).Val(); n != 4 {
		t.Errorf("%d keys", n)
	}
}

func TestSaveRefusesOtherKindsAndLeavesTheFile(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	file := filepath.Join(dir, "rows")
	db := open(t, file)
	must(t, db.Save(ctx))
	before, err := os.ReadFile(file)
	must(t, err)
	_, err = db.redis.Push("list", "x")
	must(t, err)
	if db.Save(ctx) == nil {
		t.Fatal("a list was saved")
	}
	after, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the file changed")
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("%d files", len(entries))
	}
	must(t, db.Client().Del(ctx, "list").Err())
}

func TestDamagedFileMeansEmpty(t *testing.T) {
	t.Parallel()
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "rows")
	db := open(t, file)
	must(t, db.Client().HSet(ctx, "h", "field", "value").Err())
	must(t, db.Close())
	image, err := os.ReadFile(file)
	must(t, err)
	for i := range image {
		broken := bytes.Clone(image)
		broken[i] ^= 0x40
		expectFresh(t, file, broken)
		expectFresh(t, file, image[:i])
	}
	must(t, os.Remove(file))
	must(t, os.Mkdir(file, 0o700))
	db, err = Open(Options{File: file})
	must(t, err)
	if db.Fresh() == nil {
		t.Error("a directory was read")
	}
	if db.Close() == nil {
		t.Error("a directory was replaced")
	}
}

func expectFresh(t *testing.T, file string, image []byte) {
	t.Helper()
	must(t, os.WriteFile(file, image, 0o600))
	db := &DB{file: file, redis: miniredis.NewMiniRedis()}
	if err := db.restore(); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("read a damaged file: %v", err)
	}
	if len(db.redis.DB(0).Keys()) != 0 {
		t.Fatal("rows of a damaged file")
	}
}

// TestSaveIsOneMoment: writers move two keys together; no file may tell them
// apart.
func TestSaveIsOneMoment(t *testing.T) {
	t.Parallel()
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "rows")
	db := open(t, file)
	stop, cancel := context.WithCancel(ctx)
	var writers sync.WaitGroup
	for w := range 3 {
		writers.Go(func() {
			key := fmt.Sprintf("w%d", w)
			for n := 1; stop.Err() == nil; n++ {
				_, err := db.Client().TxPipelined(ctx, func(p redis.Pipeliner) error {
					p.Set(ctx, "cp:"+key, n, 0)
					for f := range 20 {
						p.HSet(ctx, "rows:"+key+":"+strconv.Itoa(n%7*f), "n", n)
					}
					p.HSet(ctx, "z:"+key, "n", n)
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 20 {
		must(t, db.Save(ctx))
		image, err := os.ReadFile(file)
		must(t, err)
		seen := miniredis.NewMiniRedis()
		must(t, decode(bytes.NewReader(image), int64(len(image)), seen.DB(0)))
		for w := range 3 {
			cp, _ := seen.Get(fmt.Sprintf("cp:w%d", w))
			if row := seen.HGet(fmt.Sprintf("z:w%d", w), "n"); row != cp {
				t.Errorf("checkpoint %q, row %q", cp, row)
			}
		}
	}
	cancel()
	writers.Wait()
}

func TestLargePipelinesDoNotStand(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := open(t, "").Client()
	value := strings.Repeat("x", 4096)
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range 2000 {
			p.HSet(ctx, "h", strconv.Itoa(i), value)
			p.HGetAll(ctx, "none")
			p.HGet(ctx, "h", strconv.Itoa(i))
		}
		return nil
	})
	must(t, err)
	all, err := c.HGetAll(ctx, "h").Result() // 8 MiB through a pipe of 256 KiB
	must(t, err)
	if len(all) != 2000 || all["1999"] != value {
		t.Errorf("%d fields", len(all))
	}
}

func TestPipeDeadlinesAndEnds(t *testing.T) {
	t.Parallel()
	client, server := pipe()
	must(t, client.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read past its deadline: %v", err)
	}
	var timeout net.Error
	if _, err := client.Read(make([]byte, 1)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("not a timeout: %v", err)
	}
	must(t, client.SetDeadline(time.Time{}))
	_, err := server.Write(make([]byte, answersPending))
	must(t, err)
	must(t, server.SetWriteDeadline(time.Now().Add(10*time.Millisecond)))
	if n, err := server.Write(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("wrote %d past the bound: %v", n, err)
	}
	must(t, server.Close())
	if n, err := io.Copy(io.Discard, client); n != answersPending || err != nil {
		t.Errorf("read %d to the end: %v", n, err)
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("wrote to nobody: %v", err)
	}
}

func TestPipeCarriesBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		client, server := pipe()
		from, to := client, server
		if rapid.Bool().Draw(rt, "down") {
			from, to = server, client
		}
		chunks := rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(rt, "chunks")
		go func() {
			for _, c := range chunks {
				_, _ = from.Write(c)
			}
			_ = from.Close()
		}()
		got, err := io.ReadAll(to)
		if err != nil || !bytes.Equal(got, bytes.Join(chunks, nil)) {
			rt.Fatalf("%v, %v", got, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("s\x01a\x01b.\x01"))
	f.Add([]byte("h\x01a\x01\x01b\x01c.\x01"))
	f.Add([]byte("m\x01a\x02\x01b\x01c.\x01"))
	f.Add([]byte("m\x01a\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, body []byte) {
		image := append([]byte(magic), body...)
		sum := sha256.Sum256(image)
		image = append(image, sum[:]...)
		all := miniredis.NewMiniRedis()
		if decode(bytes.NewReader(image), int64(len(image)), all.DB(0)) != nil {
			return
		}
		db, copied := &DB{redis: all}, new(bytes.Buffer)
		if err := db.write(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
		again := miniredis.NewMiniRedis()
		if err := decode(copied, int64(copied.Len()), again.DB(0)); err != nil {
			t.Fatal(err)
		}
		if len(again.Keys()) != len(all.Keys()) {
			t.Fatal("keys are lost")
		}
	})
}
