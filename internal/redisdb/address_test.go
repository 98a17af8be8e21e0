package redisdb

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
)

// What each form of an address leads to; whether it is reached is tested with real
// servers beside the read models.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis://h:1":                        "one h:1 db 0 user \"\" tls false",
		"redis://u:p%40@h:1/3":               "one h:1 db 3 user \"u\" tls false",
		"rediss://h:1":                       "one h:1 db 0 user \"\" tls true",
		"unix:///run/redis.sock":             "one /run/redis.sock db 0 user \"\" tls false",
		"redis://h:1,h:2,h:3":                "cluster [h:1 h:2 h:3] user \"\" tls false",
		"rediss://u:p@h:1,h:2?max_retries=5": "cluster [h:1 h:2] user \"u\" tls true",
		"redis+sentinel://h:1/m":             "sentinel db 0 user \"\" tls false",
		"redis+sentinel://u:p@h:1,h:2/m%2F?db=2&sentinel_password=s": "sentinel db 2 user \"u\" tls false",
		"rediss+sentinel://h:1,h:2/m":                                "sentinel db 0 user \"\" tls true",
	} {
		c, err := Dial(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		var got string
		switch c := c.(type) {
		case *redis.ClusterClient:
			o := c.Options()
			got = fmt.Sprintf("cluster %v user %q tls %t", o.Addrs, o.Username, o.TLSConfig != nil)
		case *redis.Client:
			o := c.Options()
			if got = "one " + o.Addr; o.Addr == "FailoverClient" {
				got = "sentinel"
			}
			got += fmt.Sprintf(" db %d user %q tls %t", o.DB, o.Username, o.TLSConfig != nil)
		}
		if got != want {
			t.Errorf("%s is %s, not %s", address, got, want)
		}
		_ = c.Close()
	}
	for _, address := range []string{"", "h:1", "http://h:1", "redis://h:1,,h:2", "redis://h:1,h:2/3", "redis+sentinel://h:1", "redis+sentinel://h:1/",
		"redis+sentinel:///m", "redis://h:1,h:2?no_such=1", "redis://h:1?%zz",
		"redis://h:1,h:2?read_only=true", "redis://h:1,h:2?route_randomly=true", "redis+sentinel://h:1/m?replica_only=true"} {
		if c, err := Dial(address); err == nil {
			t.Errorf("%q is taken for %v", address, c)
		}
	}
}
