package journal

import "ksiega/domain/erasure"

func ofErasures() []Kind {
	return []Kind{
		KindOf[erasure.Ordered]().back(WayBack{Corrected: noUndo, Withdrawn: noUndo, NoPage: noWay}),
		Upcast("erasure.ordered.v1", erasure.OrderedV2.Now),
		Upcast("erasure.ordered.v2", erasure.OrderedV2.Now),
	}
}
