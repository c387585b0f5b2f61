package simulated

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// place is one entry of the navigation.
type place struct{ name, path, title string }

func places() []place {
	return []place{
		{"", "/", "Overview"},
		{Acme, "/acme/", "Acme shop"},
		{QuickBooks, "/quickbooks/", "QuickBooks"},
		{SES, "/ses/", "Amazon SES"},
		{Salesforce, "/salesforce/", "Salesforce"},
		{HubSpot, "/hubspot/", "HubSpot"},
		{Pipedrive, "/pipedrive/", "Pipedrive"},
	}
}

// title returns the name of a service as people write it.
func title(service string) string {
	for _, place := range places() {
		if place.name == service {
			if service == Acme {
				return "Acme"
			}
			return place.title
		}
	}
	return service
}

// status is how something stands, as pages show it.
type status struct{ word, tone, icon string }

func orderBadge(word string) status {
	switch word {
	case PlacementSending:
		return status{"Waiting for the answer", "running", "spinner"}
	case PlacementAccepted:
		return status{"Answer pending", "waiting", "clock"}
	case PlacementFailed:
		return status{"Failed", "failed", "cross"}
	case PlacementAnswered:
		return status{"Answered", "quiet", "check"}
	case string(OrderConfirmed):
		return status{"Confirmed", "succeeded", "check"}
	case string(OrderBackOrdered):
		return status{"Back-ordered", "waiting", "pause"}
	case string(OrderPacked):
		return status{"Packed", "succeeded", "check"}
	case string(OrderShipped):
		return status{"Shipped", "succeeded", "check"}
	default:
		return status{"Canceled", "quiet", "stop"}
	}
}

// callBadge shows how a call ended.
func callBadge(r Request) status {
	switch {
	case r.Outcome == "pending":
		return status{"under way", "running", "spinner"}
	case r.Outcome == "canceled":
		return status{"caller left", "quiet", "stop"}
	case r.Outcome == "reset":
		return status{"reset", "failed", "cross"}
	case r.Outcome == "lost":
		return status{strconv.Itoa(r.Status) + ", answer lost", "failed", "cross"}
	case r.Status >= http.StatusInternalServerError:
		return status{strconv.Itoa(r.Status), "failed", "cross"}
	case r.Status >= http.StatusBadRequest:
		return status{strconv.Itoa(r.Status), "waiting", "cross"}
	default:
		return status{strconv.Itoa(r.Status), "succeeded", "check"}
	}
}

// stamp is a time as pages carry it: for programs, for people, and in short.
type stamp struct{ machine, exact, short string }

func at(t time.Time) stamp {
	t = t.UTC()
	return stamp{t.Format(time.RFC3339Nano), t.Format("2 January 2006, 15:04:05.000 UTC"), t.Format("15:04:05")}
}

// money writes an amount as $1,234.50.
func money(a Amount) string {
	text := a.String()
	sign := ""
	if a.Negative() {
		sign, text = "-", text[1:]
	}
	for at := strings.IndexByte(text, '.') - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return sign + "$" + text
}

// pretty writes a value as indented JSON for reading.
func pretty(value any) string {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// duration writes milliseconds as people read them.
func duration(ms int64) string {
	if ms < 1 {
		return "< 1 ms"
	}
	if ms < 1000 {
		return strconv.FormatInt(ms, 10) + " ms"
	}
	return strconv.FormatFloat(float64(ms)/1000, 'f', 1, 64) + " s"
}
