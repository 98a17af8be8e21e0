package foldredis

import (
	"sync"

	"ksiega/internal/fold"
)

// readCacheBytes bounds what a Store keeps decoded, counted as JSON; in memory
// it is about twice that.
const readCacheBytes = 32 << 20

// cachedBytes is what each takes by itself: anybody can ask for what does not exist.
const cachedBytes = 256

// readCache keeps rows and parts of read models decoded between questions, of the rows of one
// nonce each: what was read under one that stood before and after is what any
// reader finds under the same one.
type readCache struct {
	mu     sync.Mutex // guards all below
	bytes  int
	models map[string]*cachedModel // by projection
}

type cachedModel struct {
	of  mark
	all map[fold.Key]cached
}

// cached is what a fold.Memo keeps under a key.
type cached struct {
	decoded any
	bytes   int
}

func (c *readCache) get(projection string, m mark, at fold.Key) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	model := c.models[projection]
	if model == nil || !model.of.sameRows(m) {
		return nil
	}
	return model.all[at].decoded
}

// put keeps what was read under a checkpoint, in the place of those of
// any other. Where there are too many, chance decides which go.
func (c *readCache) put(projection string, m mark, fresh map[fold.Key]cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	model := c.models[projection]
	if model == nil || !model.of.sameRows(m) {
		c.drop(projection)
		model = &cachedModel{of: m, all: map[fold.Key]cached{}}
		if c.models == nil {
			c.models = map[string]*cachedModel{}
		}
		c.models[projection] = model
	}
	for at, one := range fresh {
		if one.bytes > readCacheBytes/4 {
			continue
		}
		c.bytes += one.bytes - model.all[at].bytes
		model.all[at] = one
	}
	for _, other := range c.models {
		for at, one := range other.all {
			if c.bytes <= readCacheBytes {
				return
			}
			c.bytes -= one.bytes
			delete(other.all, at)
		}
	}
}

func (c *readCache) drop(projection string) {
	if model := c.models[projection]; model != nil {
		for _, one := range model.all {
			c.bytes -= one.bytes
		}
		delete(c.models, projection)
	}
}
