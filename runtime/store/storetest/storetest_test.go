package storetest

import (
	"testing"

	"github.com/tykctl/tykctl/runtime/store"
)

// TestModel holds the model to the tests that need no copying and no concurrency: what it is compared with must be right itself.
func TestModel(t *testing.T) {
	for name, test := range map[string]func(*world){
		"createAndRead": createAndRead, "sameIDOnTwoAPIs": sameIDOnTwoAPIs, "deleteClient": deleteClient,
		"nothingIsInherited": nothingIsInherited, "redeemCode": redeemCode, "rotateRefresh": rotateRefresh,
		"revokeAccess": revokeAccess, "revokeFamily": revokeFamily, "revokeClient": revokeClient,
		"clientTokens": clientTokens, "sweepExpired": sweepExpired, "sweepKeepsSpent": sweepKeepsSpent, "clientAPIs": clientAPIs,
		"putKey": putKey, "deleteKey": deleteKey, "keysAreOrdered": keysAreOrdered, "sweepKeys": sweepKeys, "policies": policies,
		"usersAreOrdered": usersAreOrdered, "deleteUser": deleteUser, "deleteUserIsNarrow": deleteUserIsNarrow, "issueToUser": issueToUser,
		"lendPeriods": lendPeriods, "lendNeverEnding": lendNeverEnding, "lendLimitChanges": lendLimitChanges,
		"lendPeriodChanges": lendPeriodChanges, "giveBack": giveBack, "giveBackLate": giveBackLate, "resetQuota": resetQuota,
		"sweepQuotas": sweepQuotas, "noticeOfIssue": noticeOfIssue, "noticeOfRefusal": noticeOfRefusal,
		"noticeOutlivesTokens": noticeOutlivesTokens, "dueNotices": dueNotices, "noticesOfFamily": noticesOfFamily,
		"retryNotice": retryNotice, "noticesForPeople": noticesForPeople,
	} {
		t.Run(name, func(t *testing.T) {
			var s store.Store = &model{}
			test(newWorld(t, s))
		})
	}
}
