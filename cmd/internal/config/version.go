package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// The releases of Tyk Gateway that are known, as minor versions of 5.
const (
	major       = 5
	oldestMinor = 0
	newestMinor = 14
)

var versionText = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?$`)

// ParseTarget reads a version of Tyk Gateway, such as "5.8" or "5.8.2", and returns it without the patch: definitions do not
// differ between patches.
func ParseTarget(text string) (string, error) {
	known := fmt.Sprintf("expected a version from %d.%d to %d.%d", major, oldestMinor, major, newestMinor)
	m := versionText.FindStringSubmatch(text)
	if m == nil {
		return "", errors.New(known)
	}
	first, _ := strconv.Atoi(m[1]) // digits, and few
	minor, _ := strconv.Atoi(m[2])
	if first != major || minor < oldestMinor || minor > newestMinor {
		return "", errors.New(known)
	}
	return fmt.Sprintf("%d.%d", first, minor), nil
}
