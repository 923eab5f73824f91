// SPDX-License-Identifier: Apache-2.0

// Package adapter is the loop of a Go adapter: one function for each operation.
package adapter

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

// Request is what any operation may take.
type Request struct {
	Op, Name, Bucket, Key, Source, File, Type, Etag, Prefix, Delimiter, Form, Upload string
	Meta                                                                             map[string]string
	Keys                                                                             []string
	Part, First, Last                                                                int64
	Page, Number                                                                     int32
}

// Answer is what is added to {"ok": true}.
type Answer map[string]any

// Unsupported says that the client has no such call.
type Unsupported string

func (u Unsupported) Error() string { return string(u) }

// Ops are the operations by name.
type Ops map[string]func(Request) (Answer, error)

// Run answers until standard input ends; code finds S3's code in an error.
func Run(module string, ops Ops, code func(error) string, limits map[string]string) {
	out := json.NewEncoder(os.Stdout)
	own := []string{}
	for name := range ops {
		if len(name) > 4 && name[:4] == "own_" {
			own = append(own, name[4:])
		}
	}
	out.Encode(Answer{"version": version(module), "own": own, "limits": limits})
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var r Request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			panic(err)
		}
		out.Encode(one(ops, code, r))
	}
}

func one(ops Ops, code func(error) string, r Request) Answer {
	if r.Op == "own" {
		r.Op = "own_" + r.Name
	}
	op := ops[r.Op]
	if op == nil {
		return Answer{"unsupported": "has no such call"}
	}
	got, err := op(r)
	if u, is := err.(Unsupported); is {
		return Answer{"unsupported": string(u)}
	}
	if err != nil {
		return Answer{"error": code(err), "type": fmt.Sprintf("%T", err), "text": err.Error()}
	}
	if got == nil {
		got = Answer{}
	}
	got["ok"] = true
	return got
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return "?"
}
