package redisdb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Dial makes a client of a Redis at an address:
//
//	redis://HOST:PORT/DB                     one server
//	redis://HOST:PORT,HOST:PORT,…            a cluster, found by some of its nodes
//	redis+sentinel://HOST:PORT,…/NAME        the master that sentinels know by that name
//
// `rediss` in the place of `redis` is TLS, user and password stand before the
// hosts, go-redis' options behind a question mark; those of sentinels who ask for a
// password are sentinel_username and sentinel_password. Options that have rows read
// from replicas are refused. It connects at first use.
func Dial(address string) (redis.UniversalClient, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	base, sentinel := strings.CutSuffix(scheme, "+sentinel")
	if !ok || base != "redis" && base != "rediss" {
		return dialOne(address) // also unix://
	}
	rest, query, _ := strings.Cut(rest, "?")
	at := strings.LastIndexByte(rest, '@') + 1
	credentials := rest[:at]
	hosts, path, _ := strings.Cut(rest[at:], "/")
	all := strings.Split(hosts, ",")
	for _, host := range all {
		if host == "" && len(all) > 1 || host == "" && sentinel {
			return nil, errors.New("an address without a host")
		}
	}
	options, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("its options cannot be read")
	}
	for _, option := range []string{"replica_only", "read_only", "route_by_latency", "route_randomly"} {
		if options.Has(option) {
			return nil, fmt.Errorf("the option %s: a replica stays behind, so that nothing is read from one", option)
		}
	}
	for _, host := range all[1:] {
		options.Add("addr", host)
	}
	rewritten := base + "://" + credentials + all[0]
	switch {
	case sentinel:
		name, err := url.PathUnescape(path)
		if name == "" || err != nil {
			return nil, errors.New("an address of sentinels ends with /NAME of the master")
		}
		options.Set("master_name", name)
		user, password := options.Get("sentinel_username"), options.Get("sentinel_password")
		options.Del("sentinel_username")
		options.Del("sentinel_password")
		opts, err := redis.ParseFailoverURL(rewritten + "?" + options.Encode())
		if err != nil {
			return nil, err
		}
		// go-redis takes those before the hosts for the sentinels'.
		opts.Username, opts.Password = opts.SentinelUsername, opts.SentinelPassword
		opts.SentinelUsername, opts.SentinelPassword = user, password
		opts.OnConnect = toMaster
		if opts.ConnMaxLifetime == 0 {
			opts.ConnMaxLifetime = masterFor
		}
		return redis.NewFailoverClient(opts), nil
	case len(all) > 1:
		if path != "" && path != "0" {
			return nil, fmt.Errorf("a cluster has no database %s", path)
		}
		opts, err := redis.ParseClusterURL(rewritten + "?" + options.Encode())
		if err != nil {
			return nil, err
		}
		return redis.NewClusterClient(opts), nil
	}
	return dialOne(address)
}

// masterFor is how long a connection lasts that sentinels have shown the way. On
// news of another master go-redis closes those to others, but one that was being
// made then, or whose news got lost, leads to the old one for as long as it lasts.
const masterFor = time.Minute

// ErrNoMaster: the server that the sentinels name is no master, or not yet.
var ErrNoMaster = errors.New("the redis that the sentinels name is no master")

// toMaster refuses a connection to a replica, as clients of sentinels are to. One
// to a sentinel comes here as well, and a server that does not let us ask is taken.
func toMaster(ctx context.Context, c *redis.Conn) error {
	told, err := c.Do(ctx, "ROLE").Slice()
	var answer redis.Error
	if errors.As(err, &answer) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(told) > 0 && told[0] == "slave" {
		return ErrNoMaster
	}
	return nil
}

func dialOne(address string) (redis.UniversalClient, error) {
	opts, err := redis.ParseURL(address)
	if err != nil {
		return nil, err
	}
	return redis.NewClient(opts), nil
}
