package words

import "ksiega/domain/payment"

// ofPayments are the refusals of payments.
func ofPayments() []sentence {
	return []sentence{
		{payment.ErrAmount, "Popraw kwotę: ma być większa od zera."},
		{payment.ErrNoPayment, "Popraw listę lub miesiąc: na tej liście nic za ten miesiąc nie wypłacono."},
		{payment.ErrTooMuch, "Zmniejsz kwotę: wróciłoby {0}, a wypłacono {1}."},
		{payment.ErrEarlier, "Popraw datę: przelew wróciłby przed wypłatą."},
	}
}
