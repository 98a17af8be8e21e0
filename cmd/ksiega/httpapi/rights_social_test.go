package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
)

// Days of aid under the social contract: of one it stands, of the other it was taken back.
const (
	aidStands = "2018-03-05"
	aidGone   = "2018-03-06"
)

// ofSocialContract is what the secret ledger holds under one.
func (s secrets) ofSocialContract() []fact {
	withdrawn := s.aid(aidGone)
	withdrawn["withdraw"], withdrawn["reason"] = true, s.reason
	return []fact{
		{"sign-contract", map[string]any{"number": "K/1", "kind": "socjalny", "programme": "wszyscy-razem", "participant": "U1", "concluded": "2018-02-08",
			"from": "2018-02-12", "to": "2018-12-31", "aidGrosze": 50000, "place": s.place, "work": s.work}},
		{"set-task", s.task()},
		{"record-task-result", s.taskResult()},
		{"evaluate-contract", s.evaluation()},
		{"grant-aid", s.aid(aidStands)},
		{"grant-aid", s.aid(aidGone)},
		{"grant-aid", withdrawn},
	}
}

func (s secrets) task() map[string]any {
	return map[string]any{"contract": "K/1", "no": "1", "side": "uczestnik", "text": s.reason, "due": "2018-03-31"}
}

func (s secrets) taskResult() map[string]any {
	return map[string]any{"contract": "K/1", "no": "1", "date": "2018-03-28", "result": s.result, "note": s.reason}
}

func (s secrets) evaluation() map[string]any {
	return map[string]any{"contract": "K/1", "date": "2018-03-28", "result": s.assessment, "note": s.reason}
}

func (s secrets) aid(on string) map[string]any {
	return map[string]any{"contract": "K/1", "date": on, "purpose": s.purpose, "amountGrosze": 12000, "document": s.document}
}

// guessesOfSocialContract are what an attacker asks of the facts under it: entered, corrected
// and taken back.
func guessesOfSocialContract() []guess {
	var all []guess
	for _, g := range []guess{
		{"set-task", secrets.task, []string{"text"}},
		{"record-task-result", secrets.taskResult, []string{"result", "note"}},
		{"evaluate-contract", secrets.evaluation, []string{"result", "note"}},
		{"grant-aid", func(s secrets) map[string]any { return s.aid(aidStands) }, []string{"purpose", "document"}},
		{"grant-aid", func(s secrets) map[string]any { return s.aid(aidGone) }, []string{"purpose", "document"}},
		{"grant-aid", func(s secrets) map[string]any { return s.aid("2018-03-07") }, []string{"purpose", "document"}}, // of which there is none
	} {
		all = append(all, g)
		for _, how := range []string{"correct", "withdraw"} {
			all = append(all, guess{g.name, func(s secrets) map[string]any { return putRight(how, g.like(s)) }, g.fields})
		}
	}
	return all
}

// amendedSocialContract are corrections of the facts under it; what rests on another comes first.
func (s secrets) amendedSocialContract(correct func(map[string]any) map[string]any) []amendment {
	return []amendment{
		{"record-task-result", correct(s.taskResult())},
		{"set-task", correct(s.task())},
		{"evaluate-contract", correct(s.evaluation())},
		{"grant-aid", correct(s.aid(aidStands))},
	}
}

// Of a day with aid, standing or taken back, the holder of the token is told one thing, to
// the byte, whatever is asked; who may see people goes on entering it.
func TestFurtherAidOfADayIsForWhoMaySeePeople(t *testing.T) {
	t.Parallel()
	d := secretLedger(t, truth())
	said := map[string]bool{}
	n := 0
	for _, on := range []string{aidStands, aidGone} {
		for _, s := range []secrets{truth(), other(), {purpose: truth().purpose}, {document: truth().document}, {}} {
			for _, amount := range []int{0, 1, 12000, 12001, 99999999} {
				for _, how := range []string{"", "correct", "withdraw", "both"} {
					for _, reason := range []string{"", "pomyłka"} {
						body := s.aid(on)
						body["amountGrosze"], body["reason"] = amount, reason
						body["correct"], body["withdraw"] = how == "correct" || how == "both", how == "withdraw" || how == "both"
						n++
						w := d.command("grant-aid", fmt.Sprint("aid-", n), mustJSON(t, body))
						refused(t, w, http.StatusConflict, "recorded")
						said[anyTime(w.Body.String())] = true
					}
				}
			}
		}
	}
	if len(said) != 1 {
		t.Errorf("%d asked, %d answers: %v", n, len(said), slices.Collect(maps.Keys(said)))
	}
	for one := range said {
		var p httpapi.Problem
		if err := json.Unmarshal([]byte(one), &p); err != nil || !strings.Contains(p.Detail, "ktoś, kto może widzieć osoby") {
			t.Errorf("%s: %v", one, err)
		}
	}
	accepted(t, d.command("grant-aid", "another-day", mustJSON(t, truth().aid("2018-03-07"))))
	accepted(t, d.command("grant-aid", "another-day", mustJSON(t, other().aid("2018-03-07")))) // as the first was answered
	d.role = "coordinator"
	accepted(t, d.command("grant-aid", "another-purpose", mustJSON(t, other().aid(aidStands))))
	accepted(t, d.command("grant-aid", "corrected", mustJSON(t, putRight("correct", truth().aid(aidStands)))))
	accepted(t, d.command("grant-aid", "withdrawn", mustJSON(t, putRight("withdraw", truth().aid(aidStands)))))
	accepted(t, d.command("grant-aid", "again", mustJSON(t, truth().aid(aidGone))))
}
