package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
)

// maxCommandBytes bounds the body of a command.
const maxCommandBytes = 64 << 10

// Asked is a command as it comes in.
type asked[C any] struct {
	Key     string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"Klucz jednej decyzji, wybrany przez klienta"`
	IfMatch string `header:"If-Match" doc:"Oczekiwana rewizja strumienia w cudzysłowie, np. \"3\"; \"-1\": strumienia jeszcze nie ma"`
	Body    C
}

// CommandAnswer says what a command led to.
type CommandAnswer struct {
	Position string `json:"position" doc:"Pozycja w dzienniku; zestawienia z minPosition równym jej obejmują już to polecenie"`
	Revision int64  `json:"revision" doc:"Rewizja strumienia po poleceniu"`
	Events   int    `json:"events" doc:"Ile zdarzeń zapisano; 0: już tak było"`
	// Names are fields whose identifiers look like names of people.
	Names []string `json:"namesNoticed,omitempty" doc:"Pola, których identyfikatory wyglądają na nazwiska; identyfikator nie jest szyfrowany"`
}

type answered struct {
	ETag string `header:"ETag" doc:"Rewizja, do If-Match"`
	Body CommandAnswer
}

func (s *server) registerCommands(api huma.API) {
	l := s.Ledger
	register(s, api, "Zapisz edycję programu z jego pliku", l.RecordProgramme)
	register(s, api, "Zarejestruj uczestnika", l.RegisterParticipant)
	register(s, api, "Zarejestruj asystenta", l.RegisterAssistant)
	register(s, api, "Zapisz status uczestnika od dnia", l.RecordStatus)
	register(s, api, "Zapisz pobyt uczestnika", l.RecordStay)
	register(s, api, "Zmień ustawienie ośrodka", l.ChangeSetting)
	register(s, api, "Przydziel sprawę pracownikowi od dnia", l.AssignCase)
	register(s, api, "Połącz dwa identyfikatory jednej osoby", l.MergeParticipants)
	register(s, api, "Zapisz porozumienie z urzędem pracy", l.ConcludeAgreement)
	register(s, api, "Zapisz podpisaną umowę lub skierowanie", l.SignContract)
	register(s, api, "Zapisz zmianę umowy", l.ChangeContract)
	register(s, api, "Zapisz fakt o udziale w programie", l.RecordParticipation)
	register(s, api, "Zapisz zadanie w kontrakcie socjalnym", l.SetTask)
	register(s, api, "Zapisz dzień prac społecznie użytecznych", l.RecordAttendance)
	register(s, api, "Zapisz godziny asystenta", l.LogVisit)
	register(s, api, "Przekaż miesiąc do zatwierdzenia", l.HandOverMonth)
	register(s, api, "Zwróć miesiąc do poprawy", l.ReturnMonth)
	register(s, api, "Zatwierdź miesiąc", l.ApproveMonth)
	register(s, api, "Zapisz zajęcia, także planowane", l.RecordSession)
	register(s, api, "Zaplanuj zajęcia co tydzień", l.PlanSeries)
	register(s, api, "Zapisz obecność na zajęciach", l.RecordPresence)
	register(s, api, "Zapisz wynik zadania", l.RecordTaskResult)
	register(s, api, "Zapisz ocenę realizacji kontraktu", l.EvaluateContract)
	register(s, api, "Zapisz pomoc materialną", l.GrantAid)
	register(s, api, "Zapisz wypłatę świadczenia lub jej zwrot", l.PayBenefit)
	register(s, api, "Złóż wniosek o refundację", l.SubmitClaim)
	register(s, api, "Wycofaj wniosek, który zarezerwowano i którego nie złożono", l.WithdrawClaim)
	register(s, api, "Zapisz odpowiedź urzędu pracy na wniosek", l.RecordClaimDecision)
	register(s, api, "Zrezygnuj z należności wniosku", l.WriteOffClaim)
	register(s, api, "Przypisz przelew z wyciągu do wniosku", l.MatchLine)
	register(s, api, "Cofnij przypisanie przelewu do wniosku", l.UnmatchLine)
	register(s, api, "Zapisz plan pozycji budżetu", l.PlanBudget)
	register(s, api, "Zapisz wydatek", l.RecordExpense)
	register(s, api, "Zapisz fakt o trwałości projektu", l.TellDurability)
	register(s, api, "Zapisz kontakt na ulicy", l.RecordContact)
	register(s, api, "Zapisz liczenie osób w miejscu pobytu", l.CountPlace)
	register(s, api, "Zapisz, kim jest osoba znana z pseudonimu", l.IdentifyPseudonym)
	register(s, api, "Wyjaśnij ustalenie lub otwórz je ponownie", s.resolveFinding)
}

// register describes one use case as an operation and serves it.
func register[C commands.Request](s *server, api huma.API, summary string, do func(context.Context, commands.Origin, C) (commands.Result, error)) {
	name := string((*new(C)).Operation())
	s.commands = append(s.commands, name)
	if f, has := formFor(s, name, summary, do); has {
		s.forms = append(s.forms, f)
	}
	op := huma.Operation{
		OperationID: name, Method: http.MethodPost, Path: "/api/v1/commands/" + name, Summary: summary, Tags: []string{tagCommands},
		MaxBodyBytes: maxCommandBytes, RejectUnknownQueryParameters: true, Middlewares: huma.Middlewares{s.needAccept, s.needJSON},
		Errors: failures(http.StatusBadRequest, http.StatusNotFound, http.StatusNotAcceptable, http.StatusConflict, http.StatusPreconditionFailed,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusTooManyRequests),
	}
	huma.Register(api, op, func(ctx context.Context, in *asked[C]) (*answered, error) {
		expected, err := revision(in.IfMatch)
		var out commands.Result
		if err == nil {
			out, err = carryOut(ctx, s, origin(ctx, in.Key, expected), in.Body, do)
		}
		if err != nil {
			p := s.problemOf(ctx, err).within(in.Body)
			if in.IfMatch != "" && p.Code == "conflict" {
				p = problem(codeRevision, p.Detail)
			}
			return nil, p
		}
		return &answered{ETag: strconv.Quote(strconv.FormatInt(out.Revision, 10)), Body: CommandAnswer{
			Position: out.Position.String(), Revision: out.Revision, Events: out.Events,
			Names: commands.NamesNoticed(&in.Body)}}, nil
	})
}

// resolveFinding asks what the finding comes to, as far as the caller may see it: the
// resolution binds to that. A finding that is gone is handed on as none, since the
// same command sent again is answered all the same.
func (s *server) resolveFinding(ctx context.Context, o commands.Origin, c commands.ResolveFinding) (commands.Result, error) {
	now, err := s.Reader.Finding(ctx, c.Finding, session.Of(ctx))
	if err != nil {
		return commands.Result{}, err
	}
	return s.Ledger.ResolveFinding(ctx, o, c, now)
}

// noCommand names the commands to whoever asks for another.
func (s *server) noCommand(w http.ResponseWriter, r *http.Request) {
	s.write(w, r, problem(codeNotFound, "Popraw nazwę polecenia: nie ma "+short(chi.URLParam(r, "name"))+". Są: "+strings.Join(s.commands, ", ")))
}

func carryOut[C commands.Request](ctx context.Context, s *server, o commands.Origin, c C, do func(context.Context, commands.Origin, C) (commands.Result, error)) (commands.Result, error) {
	leave, wait, err := s.throttle.enter(ctx, o.Actor, s.Now)
	if err != nil {
		return commands.Result{}, err
	}
	if wait > 0 {
		return commands.Result{}, tooMany(wait)
	}
	guessed := true // until it is known
	defer func() { leave(guessed) }()
	// A client that goes away must not leave a decision of two streams half
	// carried out where finishing it costs nothing.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), requestBound)
	defer done()
	out, err := commands.Once(ctx, s.Ledger, o, c, do)
	guessed = errors.Is(err, domain.ErrRecorded)
	if err == nil && s.After != nil && out.Events > 0 {
		s.After(ctx)
	}
	return out, err
}

// origin of a command under an idempotency key; "" has none.
func origin(ctx context.Context, key string, expected *int64) commands.Origin {
	return commands.Origin{Who: session.Of(ctx), Correlation: correlation(ctx), Key: key, Expected: expected}
}

// revision reads If-Match; "" expects none.
func revision(header string) (*int64, error) {
	if header == "" {
		return nil, nil
	}
	text, quoted := strings.CutPrefix(header, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !quoted || !closed || n < -1 {
		return nil, problem(codeMalformed, "Podaj w If-Match jedną rewizję, w cudzysłowie.")
	}
	return &n, nil
}

// keyPattern is what an idempotency key may be: it is recorded with the
// decision, so nothing that could hold a sentence.
var keyPattern = regexp.MustCompile(`^[A-Za-z0-9._:/~-]{1,200}$`)

// unbroken is a body that makes no sense where it broke off: what came of it might.
type unbroken struct {
	io.ReadCloser
	over bool
}

// Read ends a body that broke off with what is no JSON. One that was too slow stays so.
func (b *unbroken) Read(p []byte) (int, error) {
	if b.over || len(p) == 0 {
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p)
	var slow net.Error
	if err == nil || errors.Is(err, io.EOF) || errors.As(err, &slow) && slow.Timeout() || n == len(p) {
		return n, err
	}
	p[n], b.over = 0, true
	return n + 1, nil
}

// needJSON turns away what is not a JSON command with a key, before its body is
// read.
func (s *server) needJSON(ctx huma.Context, next func(huma.Context)) {
	refuse := func(p *Problem) {
		r, w := humachi.Unwrap(ctx)
		s.write(w, r, p)
	}
	r, _ := humachi.Unwrap(ctx)
	r.Body = &unbroken{ReadCloser: r.Body}
	media, _, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	twice := slices.ContainsFunc([]string{"Content-Type", "Idempotency-Key", "If-Match"}, func(name string) bool { return len(r.Header.Values(name)) > 1 })
	switch key := ctx.Header("Idempotency-Key"); {
	case twice:
		refuse(problem(codeMalformed, "Wyślij każdy z nagłówków Content-Type, Idempotency-Key i If-Match najwyżej raz."))
	case err != nil || media != "application/json":
		refuse(problem(codeMediaType, ""))
	case key == "":
		refuse(problem(codeNoKey, ""))
	case !keyPattern.MatchString(key):
		refuse(problem(codeMalformed, "Podaj w Idempotency-Key najwyżej 200 znaków: litery, cyfry oraz . _ : / ~ -"))
	default:
		next(ctx)
	}
}
