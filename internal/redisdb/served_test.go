package redisdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"ksiega/internal/testkit/redistest"
)

// answer is a reply in words that two servers can be compared by: lists without an
// order of their own sorted, and of an error its kind.
func answer(name string, reply any, err error) string {
	var said redis.Error
	switch {
	case errors.Is(err, redis.Nil):
		return "nothing"
	case errors.As(err, &said):
		kind, _, _ := strings.Cut(said.Error(), " ")
		return "error " + kind
	case err != nil:
		return "broken: " + err.Error()
	}
	if list, ok := reply.([]any); ok {
		words := make([]string, len(list))
		for i, word := range list {
			words[i] = fmt.Sprintf("%q", word)
		}
		switch name {
		case "HKEYS", "SMEMBERS", "KEYS":
			slices.Sort(words)
		case "HGETALL":
			sort.Sort(pairs(words))
		}
		return strings.Join(words, " ")
	}
	return fmt.Sprintf("%q", fmt.Sprint(reply))
}

// pairs are sorted two by two.
type pairs []string

func (p pairs) Len() int           { return len(p) / 2 }
func (p pairs) Less(i, j int) bool { return p[2*i] < p[2*j] }
func (p pairs) Swap(i, j int) {
	p[2*i], p[2*j], p[2*i+1], p[2*j+1] = p[2*j], p[2*i], p[2*j+1], p[2*i+1]
}

// command is one of those served, with arguments that meet each other: keys of every
// kind, few fields, texts that are no UTF-8.
func command(rt *rapid.T) []any {
	key := func() any { return rapid.SampledFrom([]string{"a", "b", "{n}:g1:cp", "ż\x00*"}).Draw(rt, "key") }
	field := func() any { return rapid.SampledFrom([]string{"", "f", "g", "\xff "}).Draw(rt, "field") }
	value := func() any { return rapid.SampledFrom([]string{"", "1", "text\r\n", "\x00\xfe"}).Draw(rt, "value") }
	some := func(one func() any) (all []any) {
		for range rapid.IntRange(1, 3).Draw(rt, "many") {
			all = append(all, one())
		}
		return all
	}
	name := rapid.SampledFrom([]string{"GET", "SET", "SET", "SET", "DEL", "UNLINK", "TYPE", "HGET", "HMGET", "HSET", "HSET", "HSET", "HDEL", "HLEN", "HKEYS",
		"HGETALL", "SADD", "SADD", "SREM", "SMEMBERS", "KEYS", "DBSIZE", "PING"}).Draw(rt, "command")
	words := []any{name}
	switch name {
	case "KEYS":
		return append(words, "*")
	case "DBSIZE", "PING":
		return words
	case "DEL", "UNLINK":
		return append(words, some(key)...)
	}
	words = append(words, key())
	switch name {
	case "SET":
		words = append(words, value())
		if on := rapid.SampledFrom([]string{"", "", "NX", "XX"}).Draw(rt, "on"); on != "" {
			words = append(words, on)
		}
		switch expires := rapid.SampledFrom([]string{"", "EX", "PX"}).Draw(rt, "expires"); expires {
		case "EX":
			words = append(words, expires, 3_600)
		case "PX":
			words = append(words, expires, 3_600_000)
		}
	case "HGET":
		words = append(words, field())
	case "HMGET", "HDEL":
		words = append(words, some(field)...)
	case "HSET":
		for range rapid.IntRange(1, 3).Draw(rt, "pairs") {
			words = append(words, field(), value())
		}
	case "SADD", "SREM":
		words = append(words, some(value)...)
	}
	return words
}

// step is a command, or a transaction over watched keys in which another connection
// may write first.
func step(ctx context.Context, rt *rapid.T) func(*redis.Client) string {
	one := command(rt)
	if rapid.IntRange(0, 3).Draw(rt, "transaction") > 0 {
		return func(c *redis.Client) string { return ask(ctx, c, one) }
	}
	watched, within, before := fmt.Sprint(rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "watched")), [][]any{}, []any(nil)
	for range rapid.IntRange(1, 3).Draw(rt, "within") {
		within = append(within, command(rt))
	}
	if rapid.Bool().Draw(rt, "overtaken") {
		before = command(rt)
	}
	return func(c *redis.Client) string {
		var said []string
		err := c.Watch(ctx, func(tx *redis.Tx) error {
			said = append(said, answer("TYPE", tx.Type(ctx, watched).Val(), nil))
			if before != nil {
				said = append(said, ask(ctx, c, before))
			}
			cmds, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				for _, words := range within {
					p.Do(ctx, words...)
				}
				return nil
			})
			if errors.Is(err, redis.TxFailedErr) {
				return err
			}
			for i, cmd := range cmds {
				reply, err := cmd.(*redis.Cmd).Result()
				said = append(said, answer(fmt.Sprint(within[i][0]), reply, err))
			}
			return nil
		}, watched)
		if err != nil {
			said = append(said, err.Error())
		}
		return strings.Join(said, "; ")
	}
}

func ask(ctx context.Context, c *redis.Client, words []any) string {
	reply, err := c.Do(ctx, words...).Result()
	return answer(fmt.Sprint(words[0]), reply, err)
}

// TestAnswersAsRedisDoes asks the embedded and a real Redis the same.
func TestAnswersAsRedisDoes(t *testing.T) {
	t.Parallel()
	real := redistest.Own(t).Client
	speaksTwo := *real.Options()
	speaksTwo.Protocol = 2
	side := redis.NewClient(&speaksTwo)
	t.Cleanup(func() { _ = side.Close() })
	rapid.Check(t, func(rt *rapid.T) {
		ctx, db := t.Context(), open(t, "")
		defer db.Close()
		must(t, side.FlushAll(ctx).Err())
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			do := step(ctx, rt)
			embedded, genuine := do(db.Client()), do(side)
			if strings.HasSuffix(embedded, redis.TxFailedErr.Error()) && strings.HasPrefix(genuine, `"set"; "0"; `) {
				return // it takes a removal of nothing for a change, which is only tried again
			}
			if embedded != genuine {
				rt.Fatalf("the embedded redis answers %s, a real one %s", embedded, genuine)
			}
		}
		if embedded, genuine := scanned(ctx, t, db.Client()), scanned(ctx, t, side); !slices.Equal(embedded, genuine) {
			rt.Fatalf("scanned %q, of a real one %q", embedded, genuine)
		}
	})
}

// scanned are the keys that begin as a generation's do, each once.
func scanned(ctx context.Context, t *testing.T, c *redis.Client) (found []string) {
	t.Helper()
	keys := c.Scan(ctx, 0, `{n}:g1:*`, 100).Iterator()
	for keys.Next(ctx) {
		found = append(found, keys.Val())
	}
	must(t, keys.Err())
	slices.Sort(found)
	return slices.Compact(found)
}

func TestWhatIsNotListedIsNotServed(t *testing.T) {
	t.Parallel()
	c := open(t, "").Client()
	for _, words := range [][]any{{"EVAL", "return 1", 0}, {"BLPOP", "l", 1}, {"LPUSH", "l", "x"}, {"ZADD", "z", 1, "x"}, {"EXPIRE", "a", 1},
		{"CONFIG", "GET", "maxmemory-policy"}, {"SUBSCRIBE", "c"}, {"RENAME", "a", "b"}, {"SELECT", 1}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var said redis.Error
		if err := c.Do(ctx, words...).Err(); !errors.As(err, &said) || !strings.Contains(said.Error(), "unknown command") {
			t.Errorf("%v is answered with %v", words, err)
		}
		cancel()
	}
}

// TestWatchedHashLosesAField: a transaction fails over a hash from which somebody has
// taken a field meanwhile, by itself or in a transaction.
func TestWatchedHashLosesAField(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), open(t, "").Client()
	for name, take := range map[string]func() error{
		"by itself": func() error { return c.HDel(ctx, "h", "x").Err() },
		"in a transaction": func() error {
			_, err := c.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.Set(ctx, "s", "1", 0)
				p.HDel(ctx, "h", "x")
				return nil
			})
			return err
		},
	} {
		must(t, c.HSet(ctx, "h", "x", "1", "y", "2").Err())
		err := c.Watch(ctx, func(tx *redis.Tx) error {
			must(t, take())
			_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error { return p.Set(ctx, "won", "yes", 0).Err() })
			return err
		}, "h")
		if !errors.Is(err, redis.TxFailedErr) {
			t.Errorf("%s: the transaction ends with %v", name, err)
		}
	}
}
