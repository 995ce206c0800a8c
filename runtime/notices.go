package runtime

import (
	"fmt"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/notify"
)

// receivers are where the notices of each API go, by its id. A shared secret that cannot be had stops the generation: its receiver would refuse
// every notice, or, worse, take anybody's.
func (s *Server) receivers(p *plan.Plan) (map[string]notify.Target, error) {
	list := map[string]notify.Target{}
	for i := range p.APIs {
		api := &p.APIs[i]
		if api.OAuth == plan.None || p.OAuth[api.OAuth].NotifyURL == "" {
			continue
		}
		conf := &p.OAuth[api.OAuth]
		secret := conf.NotifySecret
		if s.opt.Resolve != nil {
			var err error
			if secret, err = s.opt.Resolve(secret); err != nil {
				return nil, fmt.Errorf("shared secret of the notifications of API %s: %w", api.ID, err)
			}
		}
		list[api.ID] = notify.Target{URL: conf.NotifyURL, Secret: secret}
	}
	return list, nil
}

// newSender returns what delivers notices to the receivers of the generation that lives at the time.
func (s *Server) newSender() *notify.Sender {
	return notify.New(notify.Options{
		Store: s.opt.Store, Now: s.opt.Now, Logger: s.opt.Logger, Client: s.opt.Receivers,
		Target: func(apiID string) (notify.Target, bool) {
			t, found := s.generation.Load().receivers[apiID]
			return t, found
		},
	})
}
