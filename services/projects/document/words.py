"""The headings and set phrases of printed documents, in the reader's language."""

from shared.kit.text import Text

SECTIONS = {
    "purpose": Text(sv="Syfte", en="Purpose", da="Formål"),
    "earlier_problem": Text(sv="Tidigare problem", en="Earlier problem", da="Tidligere problem"),
    "need": Text(sv="Behov", en="Need", da="Behov"),
    "scope": Text(sv="Omfattning", en="Scope", da="Omfang"),
    "delimitations": Text(sv="Avgränsningar", en="Delimitations", da="Afgrænsninger"),
    "evaluation_why": Text(
        sv="Varför utvärderas projektet", en="Why it is evaluated", da="Hvorfor evalueres projektet"
    ),
    "evaluation_what": Text(sv="Vad utvärderas", en="What is evaluated", da="Hvad evalueres"),
    "evaluation_how": Text(sv="Hur mäts det", en="How it is measured", da="Hvordan måles det"),
    "evaluation_when": Text(sv="När samlas uppgifterna in", en="When data is collected", da="Hvornår indsamles data"),
    "success_factors": Text(sv="Framgångsfaktorer", en="Success factors", da="Succesfaktorer"),
    "other_suppliers": Text(sv="Andra leverantörer", en="Other suppliers", da="Andre leverandører"),
    "linked_projects": Text(
        sv="Kopplingar till andra projekt", en="Links to other projects", da="Forbindelser til andre projekter"
    ),
    "project_meeting": Text(sv="Projektmöte", en="Project meeting", da="Projektmøde"),
    "closure": Text(sv="Avslut", en="Closure", da="Afslutning"),
}
PLAN = Text(sv="Projektplan", en="Project plan", da="Projektplan")
STATUS = Text(sv="Lägesrapport", en="Status report", da="Statusrapport")
EMPTY = Text(sv="Inget är angivet ännu.", en="Nothing is stated yet.", da="Intet er angivet endnu.")
BACKGROUND = Text(sv="Bakgrund", en="Background", da="Baggrund")
GOALS = Text(sv="Mål", en="Goals", da="Mål")
GOAL_KINDS = {
    "vision": Text(sv="Vision", en="Vision", da="Vision"),
    "programme": Text(sv="Programmål", en="Programme goals", da="Programmål"),
    "effect": Text(sv="Effektmål", en="Effect goals", da="Effektmål"),
    "project": Text(sv="Projektmål", en="Project goals", da="Projektmål"),
}
EVALUATION = Text(sv="Utvärdering", en="Evaluation", da="Evaluering")
RISKS = Text(sv="Risker", en="Risks", da="Risici")
CUSTOMER_ROLES = Text(sv="Kundens roller", en="Customer roles", da="Kundens roller")
SUPPLIER_ROLES = Text(sv="Leverantörens roller", en="Supplier roles", da="Leverandørens roller")
OTHER_ROLES = Text(sv="Övriga roller", en="Other roles", da="Øvrige roller")
TIME_PLAN = Text(sv="Tidplan", en="Time plan", da="Tidsplan")
CHECKLIST = Text(sv="Checklista", en="Checklist", da="Tjekliste")
GATES = Text(sv="Grindar", en="Gates", da="Porte")
WAIVERS = Text(sv="Undantag vid grindar", en="Waivers at gates", da="Undtagelser ved porte")
PHASES = Text(sv="Faser", en="Phases", da="Faser")
LATE = Text(sv="Sent", en="Late", da="Forsinket")
COMING = Text(sv="De närmaste sex veckorna", en="The next six weeks", da="De næste seks uger")
NARRATIVE = Text(sv="Projektledarens kommentar", en="The project leader's comment", da="Projektlederens kommentar")
BY_SIDE = Text(sv="Per part", en="Per party", da="Pr. part")

NUMBER = Text(sv="Nr", en="No", da="Nr")
GOAL = Text(sv="Mål", en="Goal", da="Mål")
MEASURE = Text(sv="Mått", en="Measure", da="Mål for succes")
RISK = Text(sv="Risk", en="Risk", da="Risiko")
CONSEQUENCE = Text(sv="Följd", en="Consequence", da="Konsekvens")
MITIGATION = Text(sv="Åtgärd", en="Measure", da="Tiltag")
LEVEL = Text(sv="Nivå", en="Level", da="Niveau")
ROLE = Text(sv="Roll", en="Role", da="Rolle")
DUTY = Text(sv="Ansvar", en="Duty", da="Ansvar")
ACTIVITY = Text(sv="Aktivitet", en="Activity", da="Aktivitet")
PHASE = Text(sv="Fas", en="Phase", da="Fase")
FROM = Text(sv="Från", en="From", da="Fra")
TO = Text(sv="Till och med", en="To", da="Til og med")
DUE = Text(sv="Senast", en="Due", da="Senest")
SIDE = Text(sv="Part", en="Party", da="Part")
STATE = Text(sv="Läge", en="State", da="Status")
BLOCKING = Text(sv="Hinder", en="Blocking", da="Hindringer")
CRITERION = Text(sv="Kriterium", en="Criterion", da="Kriterium")
REASON = Text(sv="Motivering", en="Reason", da="Begrundelse")
GATE = Text(sv="Grind", en="Gate", da="Port")
DONE = Text(sv="Klara", en="Done", da="Færdige")
STARTED = Text(sv="Påbörjade", en="Started", da="Startede")
TOTAL = Text(sv="Totalt", en="Total", da="I alt")
AUTHORITY = Text(sv="Huvudman", en="Authority", da="Myndighed")
SUPPLIER = Text(sv="Leverantör", en="Supplier", da="Leverandør")
MADE = Text(sv="Framställd", en="Made", da="Fremstillet")
REPORTED = Text(sv="Rapporterad", en="Reported", da="Rapporteret")
PLAN_STATES = {
    "draft": Text(sv="Utkast", en="Draft", da="Udkast"),
    "proposed": Text(sv="Föreslagen", en="Proposed", da="Foreslået"),
    "approved": Text(sv="Godkänd", en="Approved", da="Godkendt"),
}
LEVELS = {
    "small": Text(sv="liten", en="small", da="lille"),
    "medium": Text(sv="medel", en="medium", da="mellem"),
    "large": Text(sv="stor", en="large", da="stor"),
    "severe": Text(sv="allvarlig", en="severe", da="alvorlig"),
    None: Text(sv="ej bedömd", en="not assessed", da="ikke vurderet"),
}
COLOURS = {
    "green": Text(sv="Grönt: enligt plan", en="Green: as planned", da="Grønt: efter planen"),
    "yellow": Text(sv="Gult: bevakas", en="Yellow: watched", da="Gult: følges"),
    "red": Text(sv="Rött: kräver beslut", en="Red: needs a decision", da="Rødt: kræver beslutning"),
}
# Dark enough that white words on them can be read (WCAG 2.2, contrast 4.5).
PAINT = {"green": "#1f6f3f", "yellow": "#8a5a00", "red": "#a3172e"}
FIGURES = {
    "done": Text(sv="aktiviteter klara", en="activities done", da="aktiviteter færdige"),
    "late": Text(sv="aktiviteter sena", en="activities late", da="aktiviteter forsinkede"),
    "gates": Text(sv="grindar passerade", en="gates passed", da="porte passeret"),
    "waivers": Text(sv="undantag", en="waivers", da="undtagelser"),
}
OF = Text(sv="av", en="of", da="af")
CHART = Text(sv="Planen över tid", en="The plan over time", da="Planen over tid")
EFFORT = Text(sv="Arbetstid per part", en="Effort per party", da="Arbejdstid pr. part")
