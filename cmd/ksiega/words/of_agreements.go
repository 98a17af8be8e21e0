package words

import "ksiega/domain/agreement"

// ofAgreements are the refusals of agreements.
func ofAgreements() []sentence {
	return []sentence{
		{agreement.ErrUnknown, "Popraw numer porozumienia: takiego nie zapisano."},
		{agreement.ErrPeriod, "Popraw daty: ostatni dzień leży przed pierwszym."},
		{agreement.ErrRefundShare, "Popraw procent refundacji ({0}): do 60, za prace u opiekunów do 100 (art. 73a ust. 1 i 2 ustawy z 20.04.2004), a w porozumieniach od 01.06.2025 dokładnie 100 (ustawa z 20.03.2025)."},
		{agreement.ErrNoLimit, "Zostaw puste, jeśli limitu nie ma: limit 0 nie pozwala na nic."},
		{agreement.ErrNegative, "Popraw liczbę: limit, stawka i termin nie są ujemne."},
		{agreement.ErrGround, "Wybierz podstawę: porozumienie albo wniosek_prezydenta."},
		{agreement.ErrNoClaim, "Popraw numer: porozumienie nie ma wniosku {0}."},
		{agreement.ErrCorrected, "Koryguj wniosek {1}: to on zastępuje wniosek {0}."},
		{agreement.ErrAmending, "Poczekaj: wniosek {0} jest właśnie wycofywany lub poprawiany; jeśli to przerwano, wyślij to ponownie."},
		{agreement.ErrClaimed, "Najpierw skoryguj wniosek {2}: obejmuje już skierowanie {1} w tym miesiącu."},
	}
}
