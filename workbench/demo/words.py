"""The words of the demo: names of people, companies, products, and what people write down."""


def _words(text: str) -> list[str]:
    return text.split()


FIRST_NAMES = _words(
    "Amara Benedikt Chiara Dmitri Esme Farid Greta Hiro Imani Jonas Keiko Lucia Malik Nadia Otto "
    "Priya Quentin Rosalind Samir Tova Umar Valeria Wyatt Xenia Yusuf Zelda Anton Beatriz Callum "
    "Daphne Emil Fatima Gideon Hazel Ivan Joelle Kofi Leona Mateo Noor Orla Pascal Rahel Soren "
    "Thea Ulrich Vikram Wanda Yara Zane Alma Bruno Cleo Desmond Elif Felix Gwen Hassan Ingrid "
    "Jasper Kamala Linus Mirela Nico Olivia Pavel Renata Silas Talia Viktor"
)
LAST_NAMES = _words(
    "Abara Bergstrom Castellano Dufresne Eriksen Fontaine Galloway Hashimoto Ibarra Jankowski "
    "Kowalczyk Lindqvist Marchetti Nakamura Okonkwo Petrov Quintero Rasmussen Sandoval Tanaka "
    "Ueda Vasquez Whitfield Yilmaz Zielinski Adeyemi Brandt Chaudhry Delacroix Engstrom Ferreira "
    "Goldberg Hargreaves Iyer Jacobsen Khoury Lockwood Mbeki Novak Osterman Pellegrini Radcliffe "
    "Stavros Thornbury Underhill Vance Winslow Yarrow Zhou Ashdown Beaumont Cardoso Dimitrov "
    "Ellery Farrow Gupta Holloway Isaksen Juarez Keller Laurent Moreau Nyberg Ortega Pryce"
)
CONTACT_TITLES = (
    "Chief Operating Officer",
    "VP Operations",
    "Head of Procurement",
    "Director of IT",
    "Finance Director",
    "Plant Manager",
    "Programme Manager",
    "Systems Analyst",
)

COMPANY_FIRST = _words(
    "Alder Amber Anchor Aspen Atlas Beacon Birch Bluff Bridge Bright Canyon Cedar Cinder Clear "
    "Cobalt Copper Coral Crest Crown Dawn Delta Dover Eagle Echo Elm Ember Falcon Fern Flint "
    "Forge Gale Garnet Glen Granite Grove Harbor Hazel Heron Highland Hollow Indigo Iron Ivory "
    "Jade Juniper Keystone Lark Laurel Linden Lunar Maple Marble Meadow Mercer Mill Moss North "
    "Oak Onyx Orchard Osprey Pearl Pine Pioneer Quarry Raven Ridge River Rowan Saffron Sage "
    "Sierra Silver Slate Solstice Spruce Sterling Stone Summit Swift Thistle Timber Union Valley "
    "Verdant Vista Walnut Willow Windward Zephyr"
)
COMPANY_SECOND = _words(
    "bay brook court cross dale field ford gate haven hill lake land line mark mere mont park "
    "point port reach rock shore side spring stead ton vale view ward water way well wick wood "
    "worth yard"
)
# Industry, how a company of it is called, and its share of the market.
INDUSTRIES = (
    ("Manufacturing", ("Works", "Industries", "Components", "Tooling"), 0.20),
    ("Logistics", ("Freight", "Logistics", "Carriers", "Shipping"), 0.15),
    ("Healthcare", ("Health", "Clinics", "Medical", "Care"), 0.16),
    ("Financial services", ("Capital", "Mutual", "Insurance", "Partners"), 0.13),
    ("Retail", ("Stores", "Outfitters", "Markets", "Trading"), 0.14),
    ("Energy", ("Power", "Energy", "Utilities", "Grid"), 0.09),
    ("Education", ("Learning", "Academy", "Schools", "College"), 0.07),
    ("Hospitality", ("Hotels", "Resorts", "Kitchens", "Leisure"), 0.06),
)
# Country, currency, share of the accounts.
COUNTRIES = (
    ("United States", "USD", 0.955),
    ("Canada", "CAD", 0.02),
    ("United Kingdom", "GBP", 0.015),
    ("Germany", "EUR", 0.01),
)
# Units of the reporting currency for one unit at the start of the history.
RATES = {"CAD": 0.73, "GBP": 1.27, "EUR": 1.09}

# Name, family, list price of one unit, share of the deals that it leads.
PRODUCTS = (
    ("Tidewater Core", "Platform", 18_000, 0.30),
    ("Tidewater Planner", "Platform", 12_000, 0.18),
    ("Harbor Analytics", "Analytics", 9_500, 0.16),
    ("Harbor Connect", "Integration", 6_000, 0.12),
    ("Quayside Mobile", "Mobile", 4_200, 0.12),
    ("Onboarding Services", "Services", 7_500, 0.07),
    ("Premier Support", "Services", 5_000, 0.05),
)
SOURCES = ("Inbound", "Outbound", "Referral", "Partner", "Event")

STAGES = (
    # Name, kind, probability, default category, expected days.
    ("Discovery", "open", 8, "pipeline", 21),
    ("Qualification", "open", 15, "pipeline", 24),
    ("Demo", "open", 30, "pipeline", 24),
    ("Proposal", "open", 50, "best_case", 20),
    ("Negotiation", "open", 75, "commit", 18),
    ("Closed won", "won", 100, "closed", None),
    ("Closed lost", "lost", 0, "omitted", None),
)
# What may come next in each open stage; index 0 stands for no next step.
NEXT_STEPS = (
    ("", "Book the first conversation", "Send the company profile", "Find who decides"),
    ("", "Agree success criteria", "Map who is involved", "Confirm the budget holder"),
    ("", "Prepare the demo data", "Demo for the operations team", "Send answers to open questions"),
    ("", "Walk through the proposal", "Review the business case", "Revise the quote"),
    ("", "Settle the contract terms", "Get the security review signed", "Collect the signature"),
)
NEXT_STEP_COUNT = 4

# Subjects of an activity by kind and stage group (early: first two stages, late: the others).
SUBJECTS = {
    "call": (
        ("Discovery call", "Follow-up call", "Call about current process", "Left a voicemail"),
        ("Call on open questions", "Pricing call", "Call with procurement", "Check-in call"),
    ),
    "email": (
        (
            "Sent introduction",
            "Sent reference story",
            "Asked for a meeting",
            "Sent summary of call",
        ),
        ("Sent proposal", "Answered legal questions", "Sent revised quote", "Shared rollout plan"),
    ),
    "meeting": (
        ("Introductory meeting", "Needs workshop", "Meeting with the team lead", "Site visit"),
        ("Product demo", "Proposal review", "Executive meeting", "Contract meeting"),
    ),
    "note": (
        ("Notes on the account", "Who is who", "Research before the call", "Notes on budget"),
        ("Notes on the competition", "Objections so far", "Plan to close", "Notes on timing"),
    ),
}
ACTIVITY_KINDS = ("call", "email", "meeting", "note")
SUBJECTS_PER_KIND = 4

LOST_NOTES = {
    "no_decision": "They keep the process they have for another year.",
    "competitor": "Chose another vendor after the shoot-out.",
    "price": "Could not get below their ceiling.",
    "no_budget": "The budget went to another project.",
    "timing": "Asked us to come back after their reorganisation.",
    "missing_feature": "A needed integration is not on our list.",
    "no_contact": "Nobody has answered for weeks.",
}
LOST_REASONS = tuple(LOST_NOTES)
COMPETITORS = ("Northbeam", "Corvalis Systems", "Tidepool", "Ostrava Software")
WIN_EVIDENCE = "Signed order form received."

DIVISIONS = ("East", "West")
# Team and territory, the division it lies in.
REGIONS = (
    ("New England", 0),
    ("Pacific", 1),
    ("Mid-Atlantic", 0),
    ("Midwest", 1),
    ("South", 0),
    ("Mountain", 1),
    ("Great Lakes", 0),
    ("Southwest", 1),
    ("Gulf Coast", 0),
    ("Northwest", 1),
)
