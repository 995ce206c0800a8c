package access

// CachedRights is how many access rights the cached sessions have.
func (s *Sessions) CachedRights() int64 { return s.rights.Load() }
