package main

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ksiega/domain"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
)

// metrics are what a running server tells of itself.
type metrics struct {
	registry *prometheus.Registry
	append   prometheus.Histogram
	events   prometheus.Counter
	refused  *prometheus.CounterVec
	signIns  *prometheus.CounterVec
	replay   prometheus.Gauge
	started  atomic.Int64 // of the rebuild under way, in ns
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(),
		append: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "ksiega_append_seconds",
			Help: "Time until an append was acknowledged as durable.", Buckets: prometheus.ExponentialBuckets(0.0002, 2, 14)}),
		events:  prometheus.NewCounter(prometheus.CounterOpts{Name: "ksiega_appended_events_total", Help: "Events recorded."}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ksiega_refused_commands_total", Help: "Commands refused, by code."}, []string{"code"}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ksiega_sign_ins_total", Help: "Sign-ins, by what became of them."}, []string{"outcome"}),
		replay:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "ksiega_replay_events_per_second", Help: "Speed of the last rebuild of read models."}),
	}
	m.registry.MustRegister(m.append, m.events, m.refused, m.signIns, m.replay, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) hooks(broken func(string, error)) hooks {
	return hooks{
		append: func(took time.Duration, events int) {
			m.append.Observe(took.Seconds())
			m.events.Add(float64(events))
		},
		refused: func(code domain.Code) { m.refused.WithLabelValues(string(code)).Inc() },
		broken:  broken,
		rebuilt: m.rebuilt,
	}
}

// signedIn counts what became of a sign-in.
func (m *metrics) signedIn(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// rebuilt is told how far a rebuild is.
func (m *metrics) rebuilt(_ journal.Position, events int) {
	now := time.Now().UnixNano()
	if m.started.CompareAndSwap(0, now) || events == 0 {
		m.started.Store(now)
		return
	}
	if took := time.Duration(now - m.started.Load()).Seconds(); took > 0 {
		m.replay.Set(float64(events) / took)
	}
}

// watch adds position and lag of each projection.
func (m *metrics) watch(r *foldredis.Runner[*journal.Recorded]) {
	position := prometheus.NewDesc("ksiega_projection_position", "Last position a read model has seen.", []string{"projection"}, nil)
	lag := prometheus.NewDesc("ksiega_projection_lag", "Events that the log has behind what a read model has seen.", []string{"projection"}, nil)
	stopped := prometheus.NewDesc("ksiega_projection_stopped", "1 where a read model has stopped.", []string{"projection"}, nil)
	m.registry.MustRegister(prometheus.CollectorFunc(func(out chan<- prometheus.Metric) {
		for _, s := range r.Status() {
			down := 0.0
			if s.Err != nil {
				down = 1
			}
			out <- prometheus.MustNewConstMetric(position, prometheus.GaugeValue, s.Position.Gauge(), s.Name)
			out <- prometheus.MustNewConstMetric(lag, prometheus.GaugeValue, float64(s.Lag), s.Name)
			out <- prometheus.MustNewConstMetric(stopped, prometheus.GaugeValue, down, s.Name)
		}
	}))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
