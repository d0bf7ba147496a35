"""Meridian Freight, the company of the demonstration: a forwarder with offices in Oslo, Rotterdam and Gdańsk."""

DOMAIN = "meridian.example"
ORGANISATIONS = ["Meridian Freight", "Baltic Carriers", "Nordic Retail Group"]

# short name, name, what it does
TEAMS = [
    ("service-desk", "Service desk", "First line for everybody at Meridian"),
    ("payments-platform", "Payments platform", "Card and invoice payments"),
    ("booking", "Booking", "Bookings, lanes and prices"),
    ("warehouse-systems", "Warehouse systems", "Warehouses, scanners and forklifts"),
    ("infrastructure", "Infrastructure", "Servers, networks, databases"),
    ("identity", "Identity and workplace", "Accounts, mail, laptops"),
    ("data-platform", "Data platform", "Reports, dashboards, batches"),
    ("customs-tracking", "Customs and tracking", "Customs filing and shipment positions"),
]

# name, roles, teams (the first one is led when "team-lead" is among the roles), zone
PEOPLE = [
    ("Tomasz Wieczorek", ["agent", "incident-manager"], ["service-desk"], "Europe/Warsaw"),
    ("Hanna Lindqvist", ["agent"], ["service-desk"], "Europe/Stockholm"),
    ("Lucas Ferreira", ["agent"], ["service-desk"], "Europe/Lisbon"),
    ("Ingrid Solheim", ["team-lead"], ["service-desk"], "Europe/Oslo"),
    ("Priya Raman", ["team-lead"], ["payments-platform"], "Europe/Oslo"),
    ("Daniel Okafor", ["resolver"], ["payments-platform"], "Europe/London"),
    ("Mei-Ling Chen", ["resolver"], ["infrastructure", "payments-platform"], "Europe/Amsterdam"),
    ("Omar Haddad", ["resolver"], ["identity"], "Europe/Oslo"),
    ("Noor Rahman", ["resolver"], ["data-platform"], "Europe/Amsterdam"),
    ("Katarina Horvat", ["team-lead"], ["infrastructure"], "Europe/Zagreb"),
    ("Bram de Vries", ["resolver"], ["warehouse-systems"], "Europe/Amsterdam"),
    ("Astrid Nilsen", ["team-lead"], ["booking"], "Europe/Oslo"),
    ("Piotr Zieliński", ["resolver"], ["customs-tracking"], "Europe/Warsaw"),
    ("Grace Mwangi", ["admin"], ["infrastructure"], "Europe/London"),
    ("Henrik Aas", ["auditor"], [], "Europe/Oslo"),
    ("Lea Fischer", ["collaborator"], ["booking"], "Europe/Berlin"),
    ("Jonas Berg", ["requester"], [], "Europe/Oslo"),
    ("Sofie Dekker", ["requester"], [], "Europe/Amsterdam"),
    ("Karin Holm", ["requester"], [], "Europe/Stockholm"),
    ("Aisha Bello", ["requester"], [], "Europe/London"),
    ("Eva Novák", ["requester"], [], "Europe/Prague"),
    ("Claire Dubois", ["requester"], [], "Europe/Paris"),
    ("Yusuf Demir", ["requester"], [], "Europe/Istanbul"),
    ("Matteo Ricci", ["requester"], [], "Europe/Rome"),
    ("Anders Vik", ["requester"], [], "Europe/Oslo"),
]
OUTSIDE = {"Matteo Ricci": "Baltic Carriers", "Anders Vik": "Nordic Retail Group"}

# short name, name, tier, owner, what it is, names in alerts
SERVICES = [
    (
        "payments-gateway",
        "Payments gateway",
        1,
        "payments-platform",
        "Takes card and invoice payments for Booking, Partner API and the customer portal.",
        ["pay-gw", "payments"],
    ),
    ("booking", "Booking", 1, "booking", "Quotes, bookings and their changes.", ["booking-api"]),
    ("customer-portal", "Customer portal", 1, "booking", "Where customers book, pay and follow shipments.", ["portal", "www"]),
    ("tracking", "Tracking", 1, "customs-tracking", "Positions and arrival times of every shipment.", ["tracking-api"]),
    ("identity", "Identity and SSO", 1, "identity", "Sign-in for people and services.", ["sso", "keycloak"]),
    ("warehouse-network", "Warehouse network", 1, "infrastructure", "Wi-Fi and cabling of all warehouses.", ["wlan", "wh-net"]),
    ("warehouse-management", "Warehouse management", 1, "warehouse-systems", "Goods in, goods out, stock.", ["wms"]),
    ("partner-api", "Partner API", 2, "booking", "Bookings and labels for carriers and shops.", ["partner"]),
    ("invoicing", "Invoicing", 2, "payments-platform", "Invoices, credit notes and VAT.", ["invoice"]),
    ("customs-filing", "Customs filing", 2, "customs-tracking", "Declarations to twelve customs offices.", ["customs"]),
    ("notifications", "Customer notifications", 2, "booking", "E-mail and SMS about shipments.", ["notify"]),
    ("remote-access", "Remote access", 2, "infrastructure", "VPN for staff and suppliers.", ["vpn"]),
    ("data-platform", "Data platform", 2, "data-platform", "Warehouse, batches and dashboards.", ["dwh"]),
    ("lane-pricing", "Lane pricing", 2, "booking", "Prices per lane and season.", ["pricing"]),
    ("email-calendar", "E-mail and calendar", 2, "identity", "Mailboxes, shared mailboxes, calendars.", ["mail"]),
    ("payments-db", "Payments database", 2, "infrastructure", "PostgreSQL of the payments platform.", ["pgbouncer", "payments-postgres"]),
    ("booking-db", "Booking database", 2, "infrastructure", "PostgreSQL of Booking and pricing.", []),
    ("message-bus", "Message bus", 2, "infrastructure", "Kafka between all products.", ["kafka", "kfk"]),
    ("kubernetes", "Container platform", 2, "infrastructure", "Kubernetes in Oslo and Rotterdam.", ["k8s", "osl-prod-1"]),
    ("dns", "DNS", 2, "infrastructure", "Names inside and outside.", []),
    ("telematics", "Telematics", 3, "warehouse-systems", "Forklifts, scanners, cold stores.", ["forklift"]),
    ("label-printing", "Label printing", 3, "warehouse-systems", "Labels on docks and packing tables.", ["labels"]),
    ("hr-systems", "HR systems", 3, "identity", "Time sheets, payroll export, holidays.", ["hr"]),
    ("physical-access", "Physical access", 3, "infrastructure", "Badges and gates.", ["gates"]),
    ("office-network", "Office network", 3, "infrastructure", "Wi-Fi and cabling of the offices.", []),
    ("telephony", "Telephony", 3, "identity", "Phones and the contact centre.", ["voip"]),
    ("backup", "Backup", 3, "infrastructure", "Backups of everything, kept 90 days.", ["veeam"]),
    ("intranet", "Intranet", 4, "identity", "News, rooms and the canteen.", []),
    ("test-environments", "Test environments", 4, "infrastructure", "Copies of everything to try things on.", ["staging"]),
    ("wiki", "Wiki", 4, "data-platform", "What we know.", []),
]

# who needs whom
DEPENDENCIES = [
    ("customer-portal", "booking"), ("customer-portal", "identity"), ("customer-portal", "tracking"), ("booking", "payments-gateway"),
    ("booking", "lane-pricing"), ("booking", "booking-db"), ("partner-api", "booking"), ("partner-api", "payments-gateway"),
    ("invoicing", "payments-gateway"), ("payments-gateway", "payments-db"), ("payments-gateway", "identity"), ("payments-gateway", "kubernetes"),
    ("booking", "kubernetes"), ("tracking", "message-bus"), ("tracking", "telematics"), ("customs-filing", "message-bus"),
    ("warehouse-management", "warehouse-network"), ("warehouse-management", "label-printing"), ("telematics", "warehouse-network"),
    ("notifications", "message-bus"), ("lane-pricing", "data-platform"), ("data-platform", "message-bus"), ("kubernetes", "dns"),
    ("identity", "dns"), ("remote-access", "identity"), ("email-calendar", "identity"), ("hr-systems", "identity"), ("intranet", "identity"),
    ("wiki", "identity"), ("message-bus", "kubernetes"), ("label-printing", "warehouse-network"), ("telephony", "office-network"),
]  # fmt: skip

# name, adapter, service it is bound to
INTEGRATIONS = [
    ("Prometheus, Oslo DC1", "alertmanager", None), ("Prometheus, Rotterdam DC2", "alertmanager", None),
    ("Prometheus, container platform", "alertmanager", "kubernetes"), ("Zabbix, warehouses", "generic", "warehouse-network"),
    ("Datadog, payments", "generic", "payments-gateway"), ("Checkly, customer journeys", "generic", "customer-portal"),
    ("Loki, logs", "alertmanager", None), ("Veeam, backup", "generic", "backup"), ("Certificate watch", "generic", None),
    ("Kafka lag", "alertmanager", "message-bus"), ("Cold store sensors", "generic", "telematics"), ("Customs night batch", "generic", "customs-filing"),
]  # fmt: skip
