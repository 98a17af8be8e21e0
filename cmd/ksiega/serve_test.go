package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ksiega/domain"
)

// testToken is the token of the servers that tests start.
const testToken = "a token of these tests"

// serving is a running server process.
type serving struct {
	cmd *exec.Cmd
	url string
	log *bytes.Buffer // whole once it has ended
}

// serve starts a server on a data directory and waits until it answers.
func serve(t testing.TB, data string, args ...string) *serving {
	t.Helper()
	cmd := program(t.Context(), t, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(cmd.Env, "KSIEGA_TOKEN="+testToken)
	return answering(t, cmd)
}

func answering(t testing.TB, cmd *exec.Cmd) *serving {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs := &bytes.Buffer{}
	cmd.Stderr = errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			_ = cmd.Wait()
			t.Fatalf("the server did not start: %v\n%s", err, errs.String())
		}
		if url, ok := strings.CutPrefix(line, "księga: "); ok {
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return &serving{cmd: cmd, url: strings.TrimSpace(url), log: errs}
		}
	}
}

// command posts a command and says whether it was acknowledged.
func (s *serving) command(name, key string, body any) (int, map[string]any, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequest(http.MethodPost, s.url+"/api/v1/commands/"+name, bytes.NewReader(b))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := (&http.Client{Timeout: 20 * time.Second}).Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]any
	err = json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer, err
}

func writeFiles(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// referrals is a directory of import files with n referrals under one
// agreement.
func referrals(t testing.TB, n int) string {
	t.Helper()
	people, contracts := "id;imie;nazwisko\n", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\n"
	for i := range n {
		people += fmt.Sprintf("U%d;Zofia;Wróbel\n", i)
		contracts += fmt.Sprintf("S/%d;psu;psu;U%d;07.02.2018;08.02.2018;31.12.2018;P/1\n", i, i)
	}
	return writeFiles(t, map[string]string{"uczestnicy.csv": people, "umowy.csv": contracts,
		"porozumienia.csv": "numer;zawarto;od;do;refundacja\nP/1;06.02.2018;08.02.2018;31.12.2018;60\n"})
}

// A server that is killed at any moment has, when it is started again,
// everything it acknowledged, once, and read models that agree with the log.
func TestAServerKilledWhileServingLosesNothingItAcknowledged(t *testing.T) {
	t.Parallel()
	const contracts = 8
	data := filepath.Join(t.TempDir(), "d")
	if code, out, errs := ksiega(t, "import", "--data", data, referrals(t, contracts)); code != exitDone {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	random := rand.New(rand.NewPCG(1, 2))
	acknowledged := map[string]bool{}
	next := domain.NewDate(2018, 2, 8)
	for range rounds(3) {
		s := serve(t, data)
		stop := time.AfterFunc(time.Duration(200+random.IntN(700))*time.Millisecond, func() { _ = s.cmd.Process.Kill() })
		next = hammer(t, s, contracts, next, acknowledged)
		_ = s.cmd.Wait()
		stop.Stop()
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was acknowledged before the kills")
	}
	seen := map[string]int{}
	code, out, errs := ksiega(t, "replay", "--data", data, "--type", "attendance.hours-recorded.*")
	if code != exitDone {
		t.Fatalf("replay: exit %d, %s", code, errs)
	}
	for line := range strings.Lines(out) {
		var e struct {
			Data struct{ Contract, Date string }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		seen[e.Data.Contract+" "+e.Data.Date]++
	}
	for day := range acknowledged {
		if seen[day] == 0 {
			t.Errorf("%s was acknowledged and is missing", day)
		}
	}
	for day, n := range seen {
		if n > 1 {
			t.Errorf("%s is recorded %d times", day, n)
		}
	}
	if code, out, errs := ksiega(t, "verify", "--data", data); code != exitDone {
		t.Fatalf("verify: exit %d\n%s%s", code, out, errs)
	}
}

// hammer enters an hour a week for every contract until the server is gone, and
// sends every third command twice.
func hammer(t *testing.T, s *serving, contracts int, from domain.Date, acknowledged map[string]bool) domain.Date {
	t.Helper()
	var mu sync.Mutex
	var writers sync.WaitGroup
	last := from
	for c := range contracts {
		writers.Go(func() {
			for day := from; day < domain.NewDate(2018, 12, 31); day++ {
				body := map[string]any{"contract": fmt.Sprintf("S/%d", c), "date": day.String(), "minutes": 60}
				key := fmt.Sprintf("%d-%s", c, day)
				status, answer, err := s.command("record-attendance", key, body)
				if err == nil && day%3 == 0 {
					status, answer, err = s.command("record-attendance", key, body)
				}
				mu.Lock()
				last = max(last, day)
				if err == nil && status == http.StatusOK {
					acknowledged[fmt.Sprintf("S/%d %s", c, day)] = true
				}
				mu.Unlock()
				if err != nil {
					return
				}
				if status != http.StatusOK && !strings.Contains(fmt.Sprint(answer), "cap") && status < 500 {
					t.Errorf("status %d: %v", status, answer)
					return
				}
			}
		})
	}
	writers.Wait()
	return last + 1
}

// A claim that is submitted after the statement with its refund is matched by
// itself.
func TestTheAutomatMatchesAfterACommand(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	files := referrals(t, 1)
	for name, content := range map[string]string{
		"obecnosci.csv": "umowa;data;godziny\nS/0;05.03.2018;10\n",
		"wyplaty.csv":   "lista;umowa;miesiac;kwota;data\nLW/3;S/0;2018-03;81,00;05.04.2018\n",
		"wyciag.sta": ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n" +
			":61:1805020502CN48,60NTRFNONREF//1\n:86:020~00UZNANIE~20Refundacja W/1~32PUP\n:62F:C180502PLN48,60\n-\n",
	} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errs := ksiega(t, "import", "--data", data, files); code != exitDone {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	s := serve(t, data)
	status, answer, err := s.command("submit-claim", "k", map[string]any{"number": "W/1", "agreement": "P/1", "month": "2018-03", "submitted": "2018-04-10"})
	if err != nil || status != http.StatusOK {
		t.Fatalf("%d %v %v", status, answer, err)
	}
	for try := 0; ; try++ {
		_, body, err := get(s.url + "/api/v1/reports/refunds")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(body, `"state":"settled"`) && strings.Contains(body, `"receivedGrosze":4860`) {
			break
		}
		if try == 200 {
			t.Fatalf("not matched: %s", body)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatalf("the server ended with %v", err)
	}
}
