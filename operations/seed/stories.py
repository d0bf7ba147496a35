"""What goes wrong at Meridian Freight: summaries by service, and the words people write on the way."""

# service → [(summary, category, subcategory, urgency)]
STORIES: dict[str, list[tuple[str, str, str, int]]] = {
    "payments-gateway": [
        ("Bookings failing at the payment step, gateway returns 502", "Application", "Timeouts", 1),
        ("Refund e-mail shows the wrong currency", "Application", "Wrong result", 3),
        ("3-D Secure page stays white in the Safari app view", "Application", "Error message", 2),
        ("Card payments from Norway declined since the morning", "Application", "Error message", 1),
    ],
    "booking": [
        ("Booking form loses the pickup date when going back", "Application", "Wrong result", 3),
        ("Cannot change a booking after the cut-off was moved", "Application", "Error message", 3),
        ("Search for lanes takes more than 20 seconds", "Application", "Slow", 2),
    ],
    "customer-portal": [
        ("Customer portal search ignores container prefixes", "Application", "Wrong result", 3),
        ("Invoice download gives an empty PDF", "Application", "Error message", 3),
        ("Portal shows yesterday's positions after sign-in", "Data", "Late", 3),
    ],
    "tracking": [
        ("Tracking page shows stale position for sea containers", "Data", "Late", 2),
        ("Arrival times jump by a day for Baltic lanes", "Data", "Wrong", 3),
    ],
    "identity": [
        ("SSO sign-in loops for users migrated to the new tenant", "Access", "Sign-in", 2),
        ("New starter cannot enrol the second factor", "Access", "Multi-factor", 3),
        ("Account locked after the password change", "Access", "Sign-in", 3),
        ("Service account of the label printers expired", "Access", "Permissions", 2),
    ],
    "warehouse-network": [
        ("Handheld scanners drop off Wi-Fi in Rotterdam hall C", "Network", "Wi-Fi", 2),
        ("No network on packing tables 14 to 18", "Network", "LAN", 2),
    ],
    "warehouse-management": [
        ("Stock of bonded goods differs from the count", "Data", "Wrong", 3),
        ("Goods-in screen freezes when a pallet has two orders", "Application", "Error message", 3),
    ],
    "partner-api": [
        ("Partner API: 429 for all Baltic carriers since 10:20", "Application", "Error message", 2),
        ("Labels come back in the wrong size for one partner", "Application", "Wrong result", 4),
    ],
    "invoicing": [
        ("October invoice PDFs lack the VAT line for NO", "Data", "Missing", 2),
        ("Credit note rounds to whole kroner", "Application", "Wrong result", 3),
    ],
    "customs-filing": [
        ("Customs night batch finished 3 h late", "Data", "Late", 2),
        ("Declaration refused: commodity code missing", "Data", "Missing", 3),
    ],
    "notifications": [
        ("Duplicate e-mails on shipment status change", "Application", "Wrong result", 3),
        ("SMS to Polish numbers not delivered", "Application", "Error message", 3),
    ],
    "remote-access": [
        ("VPN drops every 30 minutes on macOS 26.1", "Network", "VPN", 3),
        ("Supplier cannot reach the test VPN", "Network", "VPN", 4),
    ],
    "data-platform": [
        ("Lane margin dashboard refuses to refresh", "Data", "Report", 3),
        ("Slow queries on the lane pricing report", "Application", "Slow", 3),
        ("Monthly volume report counts returns twice", "Data", "Wrong", 4),
    ],
    "email-calendar": [
        ("Shared mailbox bookings@ not syncing on mobile", "Application", "Error message", 3),
        ("Room calendar shows double bookings", "Application", "Wrong result", 4),
        ("Cannot send to the list all-drivers", "Access", "Permissions", 3),
    ],
    "telematics": [("Forklift telemetry gateway offline, Oslo cold store", "Infrastructure", "Server", 3)],
    "label-printing": [
        ("Label printer queue stuck on dock 14, Gdańsk", "Hardware", "Printer", 3),
        ("Label printer on dock 3 prints half a label", "Hardware", "Printer", 4),
    ],
    "hr-systems": [("Timesheet export to payroll misses overtime rows", "Data", "Missing", 3)],
    "physical-access": [("Badge reader at Rotterdam gate 2 rejects new cards", "Hardware", "Peripheral", 3)],
    "office-network": [("Meeting rooms on floor 4 have no Wi-Fi", "Network", "Wi-Fi", 4)],
    "telephony": [("Contact centre hears callers twice", "Hardware", "Phone", 3)],
    "backup": [("Backup of hr-db took 3 h 12 m, usually 1 h 40 m", "Infrastructure", "Storage", 4)],
    "intranet": [("Canteen menu of last week on the intranet", "Application", "Wrong result", 4)],
    "test-environments": [("Staging certificate expired", "Infrastructure", "Certificate", 4)],
    "wiki": [("Search in the wiki finds nothing", "Application", "Error message", 4)],
}

DETAILS = [
    "It began around {hour}:00. Colleagues next to me see the same.",
    "Worked yesterday. Nothing changed on my side.",
    "Happens every time, on two machines. A screenshot can follow.",
    "About {count} people are affected here. We write things on paper for now.",
    "Only with some orders, for example {count}42-{hour}1. Others are fine.",
]

NOTES = [
    "Reproduced. The log of `{slug}` has `timeout after 30000 ms` since {hour}:12.",
    "Looks like the release of this morning: the error rate rises with the first pod.",
    "Restarted one instance, the error is gone there. Watching for ten minutes before the others.",
    "Connection pool is at 98 %. Same picture as three weeks ago.",
    "Asked the vendor, case opened. They want a trace, I attach one.",
    "User tried another browser: the same. So not the client.",
]

REPLIES = [
    "Thank you for the report. I am looking at it now and write again before {hour}:30.",
    "We found the cause and are preparing the fix. You can go on with the work-around: reload once and sign in again.",
    "Can you tell me the order number and the time of the last try? Then I find it in the log.",
    "This should work again. Please try once more and tell me when it does not.",
]

ANSWERS = [
    "Works again here, thank you.",
    "Order 7714-{hour}2, at {hour}:05. Same thing for my colleague.",
    "Still the same on one of the two machines.",
]

PENDING_REASONS = [
    ("caller", "order number"), ("vendor", "case 0048213"), ("change", "firmware in the next window"), ("caller", "a test after the restart"),
]  # fmt: skip
CANCEL_REASONS = ["Reported twice", "Reporter found it himself", "Not an incident, a request"]
