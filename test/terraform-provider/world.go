package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// world is a folder in place of a cloud:
//
//	<type>/<id>.json   a resource's attributes, as the provider last wrote them; a test that changes or removes one makes drift
//	calls.ndjson       what was created, changed and deleted, in order
//	faults.json        what is to fail or be slow; see fault
type world struct {
	dir  string
	lock sync.Mutex
}

// fault is one entry of faults.json.
type fault struct {
	// aws_sqs_queue
	Type string `json:"type"`
	// A part of one of its arguments, such as a name; absent: all of the type.
	Name string `json:"name"`
	// create, update or delete; absent: each.
	Action string `json:"action"`
	// It fails with these words.
	Error string `json:"error"`
	// It takes so long first.
	Milliseconds int `json:"ms"`
}

func openWorld() (*world, error) {
	dir := os.Getenv("AI_PIPELINE_WORLD")
	if dir == "" {
		return nil, fmt.Errorf("AI_PIPELINE_WORLD is not set: it names the folder that stands in for the cloud")
	}
	return &world{dir: dir}, os.MkdirAll(dir, 0o755)
}

func (w *world) file(kind, id string) string {
	return filepath.Join(w.dir, kind, url.QueryEscape(id)+".json")
}

// @returns nil when there is none.
func (w *world) read(kind, id string) ([]byte, error) {
	text, err := os.ReadFile(w.file(kind, id))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return text, err
}

func (w *world) write(kind, id string, attributes []byte) error {
	if err := os.MkdirAll(filepath.Join(w.dir, kind), 0o755); err != nil {
		return err
	}
	return os.WriteFile(w.file(kind, id), attributes, 0o644)
}

func (w *world) remove(kind, id string) error {
	err := os.Remove(w.file(kind, id))
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

func (w *world) note(action, kind, id string) {
	w.lock.Lock()
	defer w.lock.Unlock()
	log, err := os.OpenFile(filepath.Join(w.dir, "calls.ndjson"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer log.Close()
	line, _ := json.Marshal(map[string]string{"action": action, "type": kind, "id": id})
	_, _ = log.Write(append(line, '\n'))
}

// Waits and fails as faults.json says. `texts` are the resource's arguments.
func (w *world) meddle(ctx context.Context, action, kind string, texts []string) error {
	raw, err := os.ReadFile(filepath.Join(w.dir, "faults.json"))
	if err != nil {
		return nil
	}
	var faults []fault
	if err := json.Unmarshal(raw, &faults); err != nil {
		return fmt.Errorf("faults.json cannot be read: %w", err)
	}
	for _, f := range faults {
		if f.Type != kind || (f.Action != "" && f.Action != action) || !contains(texts, f.Name) {
			continue
		}
		select {
		case <-time.After(time.Duration(f.Milliseconds) * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: context canceled", kind)
		}
		if f.Error != "" {
			return fmt.Errorf("%s", f.Error)
		}
	}
	return nil
}

func contains(texts []string, part string) bool {
	if part == "" {
		return true
	}
	for _, text := range texts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
