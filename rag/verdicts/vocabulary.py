"""The word tables that verdicts read: what means the same, what means the opposite, what carries no content.

Tables are short on purpose: a word that stands in none of them must be in the source itself. Each line of
SYNONYMS is a group; each line of OPPOSITES has two sides. Entries are dictionary forms; `wording.stem` maps
inflected words to them.
"""

STOPWORDS = frozenset(
    """a an the this that these those it its itself he him his she her hers they them their theirs we us our
    you your i me my who whom whose which what where when how there here be am is are was were been being have
    has had having do does did done of in on at by to from for with into onto upon as and or nor but so than
    then if whether while whereas though although because since until till before after during between among
    through over under about around against within without out off up down across along toward towards via per
    not no also too very just only even still yet already again both either neither each every any some all
    such own same other another else more most less least much many few several one ones would will shall
    should could can may might must ought cannot said s t re ve ll d m ago now both once amid however
    meanwhile moreover therefore thus hence mr mrs ms dr like likewise""".split()
)

# Words that add little: a claim may use one that its source has not.
LIGHT = """
people person say tell add state according report note get make take hold use meanwhile total number
official thing way time become event matter case part happen occur place decide several various
certain further additional overall recent
recently currently counterpart aged old age
"""

# Beside the irregular ones (rag/irregular.py): a dictionary form, and what the rules of `wording.stem` get
# wrong; a word that stands for itself would lose an ending that is none. Verbs apart: a verb has a subject.
MISREAD_VERBS = """
be: being
die: died dying
sue: sued suing
tie: tied tying
burst: bursting
cost: costing
hit: hitting
cut: cutting
put: putting
let: letting
quit: quitting
set: setting
shut: shutting
split: splitting
spread: spreading
dismiss: dismissed
upset: upsetting
cancel: cancelled cancelling
travel: travelled travelling
"""

MISREAD_OTHERS = """
loss: losses
win: winner
sell: sale
steal: theft
fly: flight
fight: fighting
speak: speech
choose: choice
withdraw: withdrawal
shoot: shooting
die: dead death deaths
grow: growth
destroy: destruction
life: lives
country: countries
day: daily
month: monthly
week: weekly
year: yearly annual annually
apply: application
solve: solution
hear: hearing
rule: ruling
succeed: success successful
fail: failure
refuse: refusal
deny: denial
able: ability
strong: stronger strongest
large: larger largest
big: bigger biggest
small: smaller smallest
high: higher highest
low: lower lowest
good: better best
bad: worse worst
old: older oldest
young: younger youngest
early: earlier earliest
late: later
fast: faster fastest
long: longer longest
short: shorter shortest
weak: weaker weakest
deep: deeper deepest
few: fewer fewest
less: lesser
rich: richer richest
poor: poorer poorest
close: closure
tax: taxes taxation
bus: buses
gas: gases
virus: viruses
medium: media
former: formerly
need: needs needed
speed: speeds
marry: marriage
advise: advice
believe: belief beliefs
arrive: arrival
propose: proposal
news: news
series: series
species: species
during: during
united: united
morning: morning mornings
evening: evening evenings
nothing: nothing
something: something
anything: anything
king: king kings
wing: wing wings
ring: ring rings
thing: thing things
string: string strings
bed: bed beds
red: red
seed: seed seeds
hundred: hundred hundreds
"""

SYNONYMS = """
rise increase grow growth climb gain jump surge soar up raise lift hike boost upward
fall decrease decline drop shrink slump plunge down cut reduce slash dip slide tumble contract slip recede
high top
buy purchase acquire acquisition
close shut shutdown
begin start launch commence onset
end finish conclude halt cease stop
die kill fatal perish
injure wound hurt
arrest detain
beat defeat overcome
win victory triumph
resign quit
appoint nominate
approve pass adopt endorse
back support endorse favour favor
oppose object resist
reject dismiss refuse
ban prohibit bar forbid outlaw
allow permit let authorise authorize
destroy demolish ruin wreck
damage harm
build construct
flee escape
say tell state add note remark comment speak declare announce according report explain statement
announce unveil present introduce reveal disclose publish release
believe think
warn caution
urge appeal
ask request
promise pledge vow commit
plan intend aim
discuss talk negotiate
meet talk meeting
help aid assist
household family home house
job post position
worker employee staff workforce
company firm business corporation group
car vehicle automobile
child kid
scientist researcher
doctor physician medic
near nearby
freight cargo
walkout strike
ballot vote
poll vote election
law legislation bill act
rule decide judge
court tribunal
prison jail
charge accuse
accusation allegation charge claim
deal agreement pact accord
fire blaze
quake earthquake tremor
hit strike
probe inquiry enquiry investigation investigate examine
boss chief head leader
country nation
government administration
lawmaker mp legislator
pay salary wage
money cash fund funding
large big great major huge
quick fast rapid swift
extra additional
whole entire
because due
despite although though
after following
before ahead
until till
remain stay continue
restore resume restart
suspend pause
postpone delay defer
cancel scrap
replace succeed
find discover detect
show demonstrate indicate
cause trigger
force oblige compel
leave depart quit
seize confiscate impound
attack assault
fighting battle combat clash
war conflict
ceasefire truce armistice
weapon arms
soldier troop
army military
rebel insurgent
illness disease sickness
vaccine jab
drug medicine medication
study research
student pupil
film movie
author writer novelist
game match
team side club
consecutive row successive
electricity power
oil crude
supply provide
fear worry concern
agree accept
admit acknowledge concede confess
criticise criticize condemn denounce slam
praise welcome hail
protest demonstration rally
protester demonstrator
rescue save
crash collision collide
explode blast
border frontier
region area district
harbour harbor port
street road
share stock
bank lender
loan lend credit
tariff duty levy
spend expenditure
sale revenue turnover
profit earnings
economy economic
trade commerce
customer client consumer shopper
merge merger
chair chairman chairwoman chairperson
spokesman spokeswoman spokesperson spokespeople
lawyer attorney solicitor
acquit clear
fine penalty
make produce manufacture
full complete
recover recovery
worsen deteriorate
extend prolong
limit restrict curb
visit trip
travel journey fly
plane aircraft jet airliner
ship vessel boat
choose select pick elect
need require
want wish
try attempt seek
lack shortage
include comprise contain consist
enough sufficient
important key significant crucial vital
dangerous hazardous
safe secure
secret confidential
international global worldwide
foreign overseas
previous early prior
next coming subsequent
reporter journalist
tv television
magazine journal
online web internet
phone telephone
document file
video footage
photo picture image photograph
kilometre kilometer km
metre meter
mile miles
kilogram kilogramme kilo kg
tonne ton
centimetre centimeter cm
hour hr
minute min
second sec
year yr
organisation organization
defence defense
centre center
labour labor
programme program
percentage proportion share
volunteer volunteers
teenager teen adolescent
vote voter
vehicle truck lorry
crew staff
cross pass
farewell goodbye
gunman shooter attacker
jobless unemployed unemployment
refugee asylum
counterpart colleague
struggle cope
landmark historic
premier pm
parliament parliamentary
democrat democratic
republican gop
victim casualty
gather assemble
inform notify
purpose aim goal objective target
expect forecast predict anticipate project likely
consequence result outcome
danger risk threat
dwelling residence home
expensive costly
expense cost price
improve better
inhabitant resident
large sizable substantial
leave exit
location site place
obtain get receive
pact treaty
partner ally
permission approval consent authorisation authorization
pressure push press
prevent stop avert
prosecute charge
punish penalise penalize
quarrel dispute row
strand stick
reply respond answer response
residence home
shop store retailer
shut closed
talk negotiation conversation
terrible severe serious
town city
trader dealer
unite join
vow swear
wealthy rich affluent
yearly annual
award grant
inspect check examine
measure step
method approach
move relocate shift
opponent critic rival
order command instruct
participate part attend
people population
"""

OPPOSITES = """
rise increase grow climb gain jump surge soar up raise lift / fall decrease decline drop shrink slump plunge
rise increase grow climb gain jump surge soar up raise lift / down cut reduce slash dip slide tumble slip
rise increase grow climb gain jump surge soar up raise hike / contract recede
boost gain / cut reduce lose
high / low
buy purchase acquire acquisition / sell
open reopen / close shut
begin start launch commence / end finish conclude halt cease stop
win victory / lose defeat loss
accept approve pass adopt endorse uphold / reject dismiss refuse overturn
approve allow permit / block veto
support back favour endorse / oppose object resist
import / export
allow permit authorise / ban prohibit bar forbid
before ahead / after following
above / below
over / under
inside / outside
with / without
large big great / small little
more / less few
north northern / south southern
east eastern / west western
strengthen / weaken
improve / worsen deteriorate
expand / shrink
profit / loss
guilty / innocent
acquit clear / convict sentence
arrest detain / release free
join enter / leave quit withdraw
arrive / depart leave
hire employ recruit appoint / fire sack dismiss resign
build construct erect / demolish destroy
legal / illegal unlawful
able / unable
possible / impossible
likely / unlikely
success succeed win / fail failure
survive live alive / die kill dead perish
injure wound / kill die
always / never
same / different
early / late
old / new
young / old
man male / woman female
boy / girl
son / daughter
husband / wife
father / mother
day / night
morning / evening
summer / winter
hot warm / cold cool
rich wealthy / poor
strong / weak
full / empty
public / private
domestic / foreign
majority / minority
deny / confirm admit acknowledge
praise welcome hail / criticise condemn denounce
lend / borrow
give grant / withdraw revoke
resume restart restore / suspend halt
extend prolong / shorten
impose / lift
deep / shallow
upper / lower
left / right
since / until
for / against
peace / war
attack / defend
maximum / minimum
positive / negative
first / last
send / receive
remember / forget
fast quick / slow
teacher / student
gold / silver
land / sea
long / short
include / exclude
employer / employee
victim / attacker
adult / child
ally / enemy rival
urban / rural
senior / junior
from / to
into / out
urge / forbid
safe / dangerous
true / false
"""

# Phrases that stand for one word. Read before the words are.
PHRASES = {
    "per cent": "percent", "united states of america": "US", "united states": "US", "united kingdom": "UK",
    "great britain": "UK", "european union": "EU", "united nations": "UN", "prime minister": "premier",
    "step down": "resign", "steps down": "resigns", "stepped down": "resigned", "stepping down": "resigning",
    "call on": "urge", "calls on": "urges", "called on": "urged", "calling on": "urging",
    "call off": "cancel", "called off": "cancelled", "turn down": "reject", "turned down": "rejected",
    "carry out": "conduct", "carried out": "conducted", "walk out": "strike", "walked out": "struck",
    "went on strike": "struck", "go on strike": "strike", "go to the polls": "vote", "put off": "postpone",
    "ahead of": "before", "prior to": "before", "as a result of": "because of", "owing to": "because of",
    "thanks to": "because of", "on account of": "because of", "in a row": "consecutive",
    "in spite of": "despite", "no one": "nobody", "not a single": "no", "no longer": "not",
    "by no means": "not", "have yet to": "not", "has yet to": "not", "had yet to": "not",
    "is yet to": "not", "are yet to": "not", "not yet": "not", "does not have": "lacks",
    "shut down": "close", "set up": "establish", "took part": "participated",
    "take part": "participate", "was born": "born", "gave birth": "birth", "passed away": "died",
    "lost their lives": "died", "lost his life": "died", "lost her life": "died", "made up of": "of",
    "a number of": "several", "members of parliament": "mps", "member of parliament": "mp",
    "ruled out": "rejected", "rules out": "rejects", "rule out": "reject", "such as": "like",
    "cease-fire": "ceasefire", "in favour of": "for", "in favor of": "for", "new york": "NewYork",
    "new zealand": "NewZealand", "north korea": "NorthKorea", "north korean": "NorthKorea",
    "south korea": "SouthKorea", "south korean": "SouthKorea", "south africa": "SouthAfrica",
    "south african": "SouthAfrica", "saudi arabia": "SaudiArabia", "saudi": "SaudiArabia",
    "sri lanka": "SriLanka", "hong kong": "HongKong", "burkina faso": "BurkinaFaso",
    "held talks": "met", "hold talks": "meet", "held a meeting": "met", "hold a meeting": "meet",
    "came off the tracks": "derailed", "came off the rails": "derailed", "led to": "caused",
}  # fmt: skip

# One line a country: its name, people and adjective; after '/' what stands for it as an actor.
COUNTRIES = """
us usa america american americans / washington
uk britain british briton britons / london
eu european / brussels
un
china chinese / beijing
russia russian russians / moscow kremlin
germany german germans / berlin
france french / paris
italy italian italians / rome
spain spanish / madrid
portugal portuguese / lisbon
ireland irish / dublin
netherlands dutch / hague
belgium belgian
switzerland swiss / bern
austria austrian / vienna
sweden swedish swede swedes / stockholm
norway norwegian norwegians / oslo
denmark danish dane danes / copenhagen
finland finnish finn finns / helsinki
poland polish pole poles / warsaw
ukraine ukrainian ukrainians / kyiv kiev
hungary hungarian / budapest
greece greek greeks / athens
turkey turkish turks turkiye / ankara
slovenia slovenian slovene
slovakia slovak
czechia czech / prague
serbia serbian serb serbs / belgrade
romania romanian / bucharest
bulgaria bulgarian / sofia
israel israeli israelis
iran iranian iranians / tehran
iraq iraqi iraqis / baghdad
syria syrian syrians / damascus
lebanon lebanese / beirut
egypt egyptian egyptians / cairo
qatar qatari / doha
saudiarabia saudis / riyadh
yemen yemeni
india indian indians / delhi
pakistan pakistani / islamabad
bangladesh bangladeshi / dhaka
afghanistan afghan afghans / kabul
japan japanese / tokyo
southkorea / seoul
northkorea / pyongyang
taiwan taiwanese / taipei
vietnam vietnamese / hanoi
thailand thai / bangkok
philippines philippine filipino filipinos / manila
indonesia indonesian / jakarta
malaysia malaysian
singapore singaporean
australia australian australians / canberra
newzealand
canada canadian canadians / ottawa
mexico mexican mexicans
brazil brazilian brazilians / brasilia
argentina argentine argentinian / buenosaires
chile chilean
peru peruvian
colombia colombian
venezuela venezuelan / caracas
ecuador ecuadorian
cuba cuban / havana
kenya kenyan kenyans / nairobi
ethiopia ethiopian
nigeria nigerian / abuja
niger nigerien
ghana ghanaian
southafrica / pretoria
morocco moroccan
algeria algerian
tunisia tunisian
libya libyan
sudan sudanese
somalia somali
uganda ugandan
rwanda rwandan
africa african
asia asian
europe european
"""

# Nouns that a qualifier makes into something else: 'the former mayor' is no mayor.
QUALIFIERS = frozenset(
    "former ex deputy vice acting interim outgoing alleged suspected would-be future assistant shadow".split()
)
