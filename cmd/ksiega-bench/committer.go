package main

import (
	"errors"
	"os"
	"sync"
)

// committer writes what waits together, and then waits once for the disk. It
// goes round in a file that was written before, so that no metadata changes.
type committer struct {
	file    *os.File
	mu      sync.Mutex // guards waiting and ended
	wake    *sync.Cond
	waiting []*written
	ended   bool
	done    chan struct{}
}

// written is what one caller wants on the disk.
type written struct {
	bytes [][]byte
	done  chan error
}

const committerFile = 64 << 20

func (b *bench) openCommitter() (*committer, error) {
	f, err := b.zeros(committerFile)
	if err != nil {
		return nil, err
	}
	c := &committer{file: f, done: make(chan struct{})}
	c.wake = sync.NewCond(&c.mu)
	go c.run()
	return c, nil
}

func (c *committer) write(bytes [][]byte) error {
	w := &written{bytes, make(chan error, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, w)
	c.mu.Unlock()
	c.wake.Signal()
	return <-w.done
}

func (c *committer) run() {
	defer close(c.done)
	var buffer []byte
	var group []*written
	at := int64(0)
	for {
		c.mu.Lock()
		for len(c.waiting) == 0 && !c.ended {
			c.wake.Wait()
		}
		if len(c.waiting) == 0 {
			c.mu.Unlock()
			return
		}
		group, c.waiting = c.waiting, group[:0]
		c.mu.Unlock()
		buffer = buffer[:0]
		for _, w := range group {
			for _, b := range w.bytes {
				buffer = append(buffer, b...)
			}
		}
		if at+int64(len(buffer)) > committerFile {
			at = 0
		}
		_, err := c.file.WriteAt(buffer, at)
		if err == nil {
			err = syncData(c.file)
		}
		at += int64(len(buffer))
		for _, w := range group {
			w.done <- err
		}
	}
}

// close waits for what is being written; nobody may call write any more.
func (c *committer) close() error {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.wake.Signal()
	<-c.done
	return errors.Join(c.file.Close(), os.Remove(c.file.Name()))
}
