package words

import (
	"ksiega/commands"
	"ksiega/domain/refund"
)

// ofClaims are the refusals of claims.
func ofClaims() []sentence {
	return []sentence{
		{refund.ErrUnknown, "Popraw numer wniosku: takiego nie zapisano."},
		{refund.ErrAmount, "Popraw kwotę: ma być większa od zera."},
		{refund.ErrNoAmount, "Podaj kwotę, którą urząd pracy przyjął."},
		{refund.ErrOutcome, "Wybierz odpowiedź: przyjety, czesciowo, zwrocony albo zwrot."},
		{refund.ErrOverClaim, "Zmniejsz kwotę {0}: to razem więcej, niż było we wniosku."},
		{refund.ErrOverPaid, "Wskaż inny wniosek: przelew {0} to więcej, niż z tego pozostało ({1})."},
		{refund.ErrOverBack, "Wskaż inny wniosek: przelew {0} to więcej, niż z tego jest do zwrotu ({1})."},
		{refund.ErrUndone, "Przypisz ręcznie: ktoś cofnął, że ten przelew opłaca ten wniosek."},
		{refund.ErrPaidBack, "Najpierw cofnij przypisanie przelewu zwrotnego: oddano by więcej, niż wpłynęło."},
		{refund.ErrBeforeClaim, "Popraw datę: leży przed dniem złożenia wniosku."},
		{refund.ErrSelf, "Popraw numer: wniosek nie koryguje sam siebie."},
		{refund.ErrDayOff, "Popraw dzień {1} skierowania {0} albo podaj kwotę, o którą wystąpiono: godzin w dniu wolnym od pracy ({2}) wniosek nie obejmuje[; takich dni jest więcej o {3}]."},
		{refund.ErrExcused, "Podaj kwotę, o którą wystąpiono, albo niech wniosek złoży ktoś, kto widzi rodzaj nieobecności: {1} inne skierowanie ma tę osobę za nieobecną (skierowanie {0})[; takich dni jest więcej o {3}]."},
		{refund.ErrNotRegistered, "Popraw status rynek_pracy albo dzień {1} skierowania {0}, albo podaj kwotę, o którą wystąpiono: według zapisu ta osoba nie jest wtedy bezrobotna[; takich dni jest więcej o {3}]."},
		{refund.ErrSickLeave, "Popraw dzień {1} skierowania {0} albo podaj kwotę, o którą wystąpiono: godzin w czasie zwolnienia lekarskiego wniosek nie obejmuje[; takich dni jest więcej o {3}]."},
		{refund.ErrNotReady, "Uzupełnij dane miesiąca albo podaj kwotę, o którą wystąpiono: nie ma z czego wyliczyć wniosku[: {0}][; takich skierowań jest więcej o {1}]."},
		{refund.ErrNoHours, "{0} nie ma godzin"},
		{refund.ErrUnpaid, "{0} nie jest wypłacone w całości ({1} z {2} do {3})"},
		{refund.ErrUncountable, "{0} daje kwotę nie do policzenia"},
		{refund.ErrNoRefund, "{0} nie ma zwrotu"},
		{refund.ErrTaken, "{0} jest już we wniosku {1}"},
		{refund.ErrCutShort, "{0} jest zarezerwowane dla niedokończonego wniosku {1} (wyślij go ponownie bez zmian albo wycofaj)"},
		{refund.ErrNothing, "Popraw numer wniosku: z tego nic nie pozostało do zapłaty."},
		{commands.ErrCorrects, "Popraw numer: korygowany wniosek dotyczy innego porozumienia albo miesiąca."},
	}
}
