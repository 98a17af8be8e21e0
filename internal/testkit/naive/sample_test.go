package naive

import (
	"slices"
	"testing"
	"time"

	"ksiega/samples"
)

func sample(t *testing.T) *Ledger {
	t.Helper()
	b, err := Load(samples.Of("starachowice"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSampleIsAcceptedWhole(t *testing.T) {
	t.Parallel()
	b := sample(t)
	days, refused := b.Attendance()
	if len(refused) != 0 {
		t.Errorf("attendance refused: %+v", refused)
	}
	if len(days) != len(b.rows["obecnosci"]) {
		t.Errorf("%d days of %d rows", len(days), len(b.rows["obecnosci"]))
	}
	if _, refused := b.Visits(); len(refused) != 0 {
		t.Errorf("visits refused: %+v", refused)
	}
	people := map[string]bool{}
	for _, r := range b.rows["uczestnicy"] {
		people[r.cell["id"]] = true
		if p := r.cell["pesel"]; p != "" && !validPESEL(p) || validPESEL(r.cell["id"]) {
			t.Errorf("PESEL in row %d", r.row)
		}
		if account := r.cell["konto"]; account != "" && !validAccount(account) {
			t.Errorf("account in row %d", r.row)
		}
	}
	contracts := b.Contracts()
	for _, c := range contracts {
		if !people[c.Participant] {
			t.Errorf("contract %s: unknown participant", c.Number)
		}
	}
	if len(people) != 85 || len(contracts) != 69 {
		t.Errorf("%d people, %d contracts", len(people), len(contracts))
	}
}

func validPESEL(text string) bool {
	if len(text) != 11 {
		return false
	}
	sum := 0
	for i, weight := range []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1} {
		sum += int(text[i]-'0') * weight
	}
	return sum%10 == 0
}

func validAccount(text string) bool {
	remainder := 0
	for _, digit := range text[2:] + "2521" + text[:2] {
		remainder = (remainder*10 + int(digit-'0')) % 97
	}
	return len(text) == 26 && remainder == 1
}

func TestSampleStatementsAddUpAndFollowOn(t *testing.T) {
	t.Parallel()
	b := sample(t)
	if len(b.Statements) != 11 {
		t.Fatalf("%d statements", len(b.Statements))
	}
	for i, s := range b.Statements {
		if !s.Balanced() {
			t.Errorf("%s does not add up", s.File)
		}
		if len(s.Account) != 28 || !validAccount(s.Account[2:]) || s.Account != b.Statements[0].Account {
			t.Errorf("%s: account", s.File)
		}
		if i > 0 && s.OpeningGrosze != b.Statements[i-1].ClosingGrosze {
			t.Errorf("%s opens at %d, the one before closed at %d", s.File, s.OpeningGrosze, b.Statements[i-1].ClosingGrosze)
		}
	}
}

func TestSampleSettlementHasTwoWrongPayouts(t *testing.T) {
	t.Parallel()
	b := sample(t)
	rows := b.Settlement()
	var wrong []string
	paidOut := int64(0)
	for _, r := range rows {
		if r.Month < "2024" { // the worked cases have no statements
			paidOut += r.PaidGrosze
		}
		if r.Minutes > 40*60 {
			t.Errorf("%s %s: %d minutes", r.Contract, r.Month, r.Minutes)
		}
		short := r.PaidGrosze < r.BenefitGrosze
		if r.PaidGrosze != r.BenefitGrosze {
			wrong = append(wrong, r.Contract+" "+r.Month)
		}
		if want := r.RefundGrosze; !short && r.ClaimedGrosze != want || short && r.ClaimedGrosze != 0 {
			t.Errorf("%s %s: claimed %d, refund %d", r.Contract, r.Month, r.ClaimedGrosze, want)
		}
	}
	if want := []string{"SK/04/2018 2018-09", "SK/07/2018 2018-11"}; !slices.Equal(wrong, want) {
		t.Errorf("paid other than worked: %v, want %v", wrong, want)
	}
	if len(rows) != 112 {
		t.Errorf("%d contract-months", len(rows))
	}
	for _, s := range b.Statements {
		for _, l := range s.Lines {
			if l.AmountGrosze < 0 && len(l.Title) > 3 && l.Title[:3] == "LW/" {
				paidOut += l.AmountGrosze
			}
		}
	}
	if paidOut != 0 {
		t.Errorf("payout lists and statements differ by %d", paidOut)
	}
}

func TestSampleRefunds(t *testing.T) {
	t.Parallel()
	b := sample(t)
	rows, unmatched := b.Refunds()
	states := map[string]string{}
	settlement := b.Settlement()
	worked := map[string]int64{"WR/2024/05": 24852, "WR/2025/07": 73200, "WR/2026/01": 75360}
	for _, r := range rows {
		if owed, ok := worked[r.Claim]; ok {
			if r.State != "submitted" || r.ClaimedGrosze != owed || r.OutstandingGrosze != owed {
				t.Errorf("worked case %+v", r)
			}
			continue
		}
		states[r.Claim] = r.State
		refund := int64(0)
		for _, s := range settlement {
			if s.Month == r.Month && s.PaidGrosze >= s.BenefitGrosze {
				refund += s.RefundGrosze
			}
		}
		if r.ClaimedGrosze != refund {
			t.Errorf("%s claims %d, computed %d", r.Claim, r.ClaimedGrosze, refund)
		}
		if cut := r.State != "returned" && r.AcceptedGrosze != r.ClaimedGrosze; cut != (r.Claim == "WR/2018/08") {
			t.Errorf("%s: claimed %d, accepted %d", r.Claim, r.ClaimedGrosze, r.AcceptedGrosze)
		}
		if want := map[string]int64{"WR/2018/10": 25000}[r.Claim]; r.OutstandingGrosze != want {
			t.Errorf("%s: %d outstanding, want %d", r.Claim, r.OutstandingGrosze, want)
		}
	}
	for claim, state := range states {
		want := "settled"
		switch claim {
		case "WR/2018/05":
			want = "returned"
		case "WR/2018/10":
			want = "part-paid"
		}
		if state != want {
			t.Errorf("%s is %s, want %s", claim, state, want)
		}
	}
	if len(states) != 12 {
		t.Errorf("%d claims", len(states))
	}
	var incoming []UnmatchedLine
	for _, l := range unmatched {
		if l.AmountGrosze > 0 {
			incoming = append(incoming, l)
		}
	}
	if len(incoming) != 1 || incoming[0].AmountGrosze != 25000 || incoming[0].Title != "Uzupełnienie refundacji" {
		t.Errorf("unmatched: %+v", incoming)
	}
}

func TestSampleAssistantHours(t *testing.T) {
	t.Parallel()
	b := sample(t)
	visits, _ := b.Visits()
	contracts := b.contractsByNumber()
	months, weeks := map[string]int64{}, map[string]int64{}
	outside, together := 0, 0
	for i, v := range visits {
		participant := contracts[v.Contract].Participant
		months[v.Assistant+monthOf(v.Date)] += v.ToMinute - v.FromMinute
		weeks[participant+weekOf(v.Date)] += v.ToMinute - v.FromMinute
		if !v.Eligible {
			outside++
		}
		for _, other := range visits[:i] {
			if other.Date.Equal(v.Date) && contracts[other.Contract].Participant == participant &&
				v.FromMinute < other.ToMinute && other.FromMinute < v.ToMinute {
				together++
			}
		}
	}
	if outside != 1 || together != 1 {
		t.Errorf("%d visits outside a contract, %d with two assistants; want one each", outside, together)
	}
	for _, assistant := range []string{"A1", "A2", "A3"} {
		sum, n := int64(0), int64(0)
		for m := time.Date(2017, 7, 1, 0, 0, 0, 0, time.UTC); m.Before(time.Date(2019, 7, 1, 0, 0, 0, 0, time.UTC)); m = m.AddDate(0, 1, 0) {
			sum, n = sum+months[assistant+monthOf(m)], n+1
		}
		if mean := sum / n; mean < 8640 || mean > 10560 {
			t.Errorf("%s works %d minutes in a mean month, not 160 hours give or take a tenth", assistant, mean)
		}
	}
	for key, minutes := range weeks {
		if minutes > 4*60 {
			t.Errorf("%s: %d minutes in the week", key, minutes)
		}
	}
	rows := b.AssistantHours()
	total, eligible := int64(0), int64(0)
	for _, r := range rows {
		total, eligible = total+r.Minutes, eligible+r.EligibleMinutes
	}
	if total-eligible != 90 {
		t.Errorf("%d minutes are not eligible, want the 90 of one visit", total-eligible)
	}
}

func TestSampleDurability(t *testing.T) {
	t.Parallel()
	b := sample(t)
	rows := b.Durability(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if len(rows) != 1 {
		t.Fatalf("%+v", rows)
	}
	r := rows[0]
	if r.Promised != 30 || r.RequiredDays != 731 || r.ReadyDays != 682 || r.GapDays != 49 || r.Requests != 7 || r.Started != 6 || r.Refused != 1 {
		t.Errorf("%+v", r)
	}
	if want := []Gap{{"2020-03-02", "2020-04-19", 20, 30}}; !slices.Equal(r.Gaps, want) {
		t.Errorf("gaps %+v", r.Gaps)
	}
	if r.NoticeDaysMissing != 10 { // the notice is of 11 July 2019
		t.Errorf("%d days without public notice", r.NoticeDaysMissing)
	}
	if r.Delivered == 0 {
		t.Error("nothing delivered in the durability period")
	}
	rows = b.Durability(time.Date(2020, 3, 4, 0, 0, 0, 0, time.UTC))
	if rows[0].RequiredDays != 248 || rows[0].GapDays != 3 {
		t.Errorf("as of 4 March 2020: %+v", rows)
	}
}
