package foldredis

import (
	"sync"

	"ksiega/internal/fold"
)

// readCacheBytes bounds what a Store keeps decoded, counted as JSON; in memory
// it is about twice that.
const readCacheBytes = 32 << 20

// cachedPartBytes is what a part takes by itself: anybody can ask for parts that
// do not exist.
const cachedPartBytes = 256

// readCache keeps parts of read models decoded between questions, of the rows of one
// nonce each: what was read under one that stood before and after is what any
// reader finds under the same one.
type readCache struct {
	mu     sync.Mutex // guards all below
	bytes  int
	models map[string]*cachedModel // by projection
}

type cachedModel struct {
	of    mark
	parts map[fold.Place]cachedPart
}

// cachedPart holds []Item[R] sorted by field, or, under a place without a part,
// the sorted parts of the table as []string. Where a part has no name the two
// push each other out; their types tell them apart.
type cachedPart struct {
	items any
	bytes int
}

func (c *readCache) get(projection string, m mark, at fold.Place) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	model := c.models[projection]
	if model == nil || !model.of.sameRows(m) {
		return nil
	}
	return model.parts[at].items
}

// put keeps parts that were read under a checkpoint, in the place of those of
// any other. Where there are too many, chance decides which go.
func (c *readCache) put(projection string, m mark, parts map[fold.Place]cachedPart) {
	c.mu.Lock()
	defer c.mu.Unlock()
	model := c.models[projection]
	if model == nil || !model.of.sameRows(m) {
		c.drop(projection)
		model = &cachedModel{of: m, parts: map[fold.Place]cachedPart{}}
		if c.models == nil {
			c.models = map[string]*cachedModel{}
		}
		c.models[projection] = model
	}
	for at, part := range parts {
		if part.bytes > readCacheBytes/4 {
			continue
		}
		c.bytes += part.bytes - model.parts[at].bytes
		model.parts[at] = part
	}
	for _, other := range c.models {
		for at, part := range other.parts {
			if c.bytes <= readCacheBytes {
				return
			}
			c.bytes -= part.bytes
			delete(other.parts, at)
		}
	}
}

func (c *readCache) drop(projection string) {
	if model := c.models[projection]; model != nil {
		for _, part := range model.parts {
			c.bytes -= part.bytes
		}
		delete(c.models, projection)
	}
}
