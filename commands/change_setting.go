package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/setting"
	"ksiega/internal/journal"
)

// ChangeSetting gives a setting of the centre another value, from today on.
type ChangeSetting struct {
	Setting string `json:"setting" enum:"one-accountant" doc:"one-accountant: whether one person may both ask for a refund and match its payment by hand"`
	Value   string `json:"value" enum:"tak,nie"`
	Reason  string `json:"reason" doc:"Why"`
}

func (ChangeSetting) Operation() access.Operation { return "change-setting" }

func (c ChangeSetting) open() any { return ChangeSetting{Setting: c.Setting, Value: c.Value} }

func (c *ChangeSetting) formColumns() []column {
	return []column{
		choiceColumn("ustawienie", "setting", &c.Setting, "które ustawienie; one-accountant: czy jedna osoba może wnioskować o refundację i sama przypisywać do wniosku wpłatę", string(setting.OneAccountant)).key(),
		choiceColumn("wartosc", "value", &c.Value, "tak albo nie, od dziś", setting.Allowed, setting.Forbidden),
		textColumn("powod", "reason", &c.Reason, "dlaczego").sealed(),
	}
}

// Refusals of settings.
var (
	ErrNoSetting    = domain.Refusal(domain.CodeInvalid, "no setting of that name is changed by a command").At("setting")
	ErrSettingValue = domain.Refusal(domain.CodeInvalid, "not a value of the setting").At("value")
)

// ChangeSetting carries the command out. A value that is in force already is not recorded again.
func (l *Ledger) ChangeSetting(ctx context.Context, o Origin, c ChangeSetting) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		switch {
		case c.Setting != string(setting.OneAccountant):
			return journal.Result{}, ErrNoSetting.With("%s", c.Setting)
		case c.Value != setting.Allowed && c.Value != setting.Forbidden:
			return journal.Result{}, ErrSettingValue.With("%s", c.Value)
		case domain.Blank(c.Reason):
			return journal.Result{}, domain.ErrNoReason
		}
		today := domain.DateOf(l.Now().In(l.Zone))
		s := l.sealer(ctx)
		change := setting.Change{Setting: setting.OneAccountant, Value: c.Value, From: today, Reason: s.text(setting.SealOf(setting.OneAccountant, today), c.Reason)}
		if s.err != nil {
			return journal.Result{}, s.err
		}
		return carry(ctx, l, o, c, setting.Stream(change.Setting), setting.Decider(), change)
	})
}
