package main

import (
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"ksiega/cmd/ksiega/pages"
	"ksiega/internal/foldredis"
)

// modelInWords names a read model as the start page does, and as metrics do.
func modelInWords(name string) string {
	return fmt.Sprintf("zestawienie „%s” (%s)", pages.ModelTitle(name), name)
}

// anewInWords says which read model is built anew, and why.
func anewInWords(a foldredis.Anew) string {
	return fmt.Sprintf("%s buduje się od nowa: %s", modelInWords(a.Projection), whyAnew(a))
}

func whyAnew(a foldredis.Anew) string {
	switch a.Why {
	case foldredis.Missing:
		return "jego wierszy nie ma"
	case foldredis.OtherVersion:
		return fmt.Sprintf("jego wiersze są z wersji %d, ten program ma wersję %d", a.Had, a.Want)
	case foldredis.OtherForm:
		return "jego wiersze zapisał inny program, w postaci, której ten nie czyta"
	case foldredis.Lost:
		return "Redis zgubił część jego wierszy"
	case foldredis.OtherLedger:
		return "jego wiersze są innej księgi albo kopii tej księgi"
	case foldredis.Ahead:
		return "jego wiersze sięgają dalej niż dziennik zdarzeń, który cofnięto"
	case foldredis.Behind:
		return "w jego wierszach brakuje zdarzeń"
	}
	return "jego wiersze są do niczego"
}

// starting tells what a server builds anew: in its log, and, until it has started, where
// it says that it has, unless there are no rows, as at every first start.
type starting struct{ done atomic.Bool }

func (s *starting) anew(a foldredis.Anew) {
	slog.Info("read model is built anew", "projection", a.Projection, "why", a.Err)
	if !s.done.Load() && a.Why != foldredis.Missing {
		fmt.Println(anewInWords(a))
	}
}

// sayAnew tells whoever waits for a sub-command that opens the read models itself.
func sayAnew(a foldredis.Anew) {
	if a.Why != foldredis.Missing {
		fmt.Fprintln(os.Stderr, anewInWords(a))
	}
}
