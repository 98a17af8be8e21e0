package queries_test

import (
	"errors"
	"fmt"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/queries"
)

// The officer, and nobody else, finds who saw somebody, who looked, and why, and who asked for
// people outside their limits, as of the days asked about: in memory and by rows in Redis alike.
func TestTheAccessLog(t *testing.T) {
	t.Parallel()
	l := centre(t)
	today := l.Today()
	people := func(ids ...string) (refs []domain.Ref) {
		for _, id := range ids {
			refs = append(refs, domain.Ref{Kind: domain.RefParticipant, ID: id})
		}
		return refs
	}
	by := func(actor string, role access.Role) commands.Origin {
		return commands.Origin{Who: access.By(actor, access.API, role)}
	}
	_, err := l.NoteReport(t.Context(), by("k1", access.Coordinator), commands.NoteReading{What: "people", Subjects: people("U1", "U2"), On: today})
	must(t, err)
	_, err = l.NoteReport(t.Context(), by("f1", access.Finance), commands.NoteReading{What: "contracts", Filters: map[string]string{"programme": "aoon-2006"}, Subjects: append(people("U2"), domain.Ref{Kind: domain.RefAssistant, ID: "A1"}), On: today})
	must(t, err)
	_, err = l.NoteReading(t.Context(), by("a1", access.Auditor), commands.NoteReading{What: "replay", Reason: "kontrola Sekretnej", Subjects: people("U1"), On: today})
	must(t, err)
	worker := commands.Origin{Who: limited(access.Caseworker, domain.RefWorker, "W1")}
	if _, err := l.FindPerson(t.Context(), worker, commands.FindPerson{PESEL: "02070803628"}); !errors.Is(err, commands.ErrElsewhere) {
		t.Fatal(err)
	}
	_, err = l.NoteReport(t.Context(), by("k2", access.Coordinator), commands.NoteReading{What: "people", Subjects: people("U1"), On: today - 100})
	must(t, err)
	fromRedis, _ := redisReader(t, l)
	for name, reader := range map[string]*queries.Reader{"memory": memoryReader(l), "Redis": fromRedis} {
		ask := func(want string, params ...string) {
			t.Helper()
			req := queries.Request{Who: access.By("iod", access.API, access.Officer), Params: map[string]string{}}
			for i := 0; i+1 < len(params); i += 2 {
				req.Params[params[i]] = params[i+1]
			}
			a, err := reader.Ask(t.Context(), "access-log", req)
			must(t, err)
			var got []string
			who, kinds, shown := column(a, "actor"), column(a, "kind"), column(a, "people")
			for i := range who {
				got = append(got, fmt.Sprint(who[i], " ", kinds[i], " ", shown[i]))
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%s, %v: %s, not %s", name, params, got, want)
			}
		}
		first, last := (today - 1).String(), today.String()
		ask("[k1 reading [U1 U2] f1 reading [U2] a1 reading [U1] k asked [U2]]", "from", first, "to", last)
		ask("[k2 reading [U1] k1 reading [U1 U2] a1 reading [U1]]", "participant", "U1")
		ask("[k1 reading [U1 U2] f1 reading [U2] k asked [U2]]", "participant", "U2", "from", first)
		ask("[f1 reading [U2]]", "actor", "f1")
		ask("[k asked [U2]]", "kind", "asked", "from", first)
	}
	reader := memoryReader(l)
	a, err := reader.Ask(t.Context(), "access-log", queries.Request{Who: access.By("iod", access.API, access.Officer), Params: map[string]string{"actor": "a1"}})
	must(t, err)
	if got := column(a, "reason"); fmt.Sprint(got) != "[kontrola Sekretnej]" || len(a.Shown) != 1 || a.Shown[0].Kind != domain.RefAccess {
		t.Errorf("the reason is %v, shown are %v", got, a.Shown)
	}
	for _, role := range access.Roles() {
		if role == access.Officer {
			continue
		}
		if _, err := reader.Ask(t.Context(), "access-log", queries.Request{Who: access.By("k", access.API, role)}); !errors.Is(err, access.ErrDenied) && !errors.Is(err, access.ErrUnlinked) {
			t.Errorf("%s: %v", role, err)
		}
	}
}
