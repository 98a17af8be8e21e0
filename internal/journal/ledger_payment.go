package journal

import "ksiega/domain/payment"

func ofPayments() []Kind {
	paid := WayBack{"payment.withdrawn, then payment.made", "payment.withdrawn", "it came back; of a claim " + anything, "pay-benefit", "wyplaty"}
	return []Kind{
		KindOf[payment.Made]().back(paid),
		KindOf[payment.CameBack]().back(WayBack{"payment.withdrawn, then payment.came-back", "payment.withdrawn", "nothing", "pay-benefit", "wyplaty"}),
		KindOf[payment.Withdrawn]().back(WayBack{"recorded again", itself, "", "pay-benefit", "wyplaty"}),
	}
}
