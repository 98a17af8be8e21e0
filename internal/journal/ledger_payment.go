package journal

import "ksiega/domain/payment"

func ofPayments() []Kind {
	paid := WayBack{Corrected: "payment.withdrawn, then payment.made", Withdrawn: "payment.withdrawn", While: "it came back; of a claim " + anything, Command: "pay-benefit", File: "wyplaty", Page: "/polecenia/pay-benefit"}
	return []Kind{
		KindOf[payment.Made]().back(paid),
		KindOf[payment.CameBack]().back(WayBack{Corrected: "payment.withdrawn, then payment.came-back", Withdrawn: "payment.withdrawn", While: "nothing", Command: "pay-benefit", File: "wyplaty", Page: "/polecenia/pay-benefit"}),
		KindOf[payment.Withdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "pay-benefit", File: "wyplaty", Page: "/polecenia/pay-benefit"}),
	}
}
