"""Words with forms that no rule of spelling gives ('sold', 'children'), for the search and for verdicts.

A line each: the dictionary form, then those forms.
"""

VERBS = """
be: was were been is are am
have: has had
do: did done does
go: went gone
say: said
tell: told
make: made
take: took taken
give: gave given
get: got gotten
come: came
become: became
see: saw seen
know: knew known
find: found
think: thought
leave: left
hold: held
bring: brought
begin: began begun
keep: kept
write: wrote written
stand: stood
lose: lost
pay: paid
meet: met
run: ran
lead: led
grow: grew grown
fall: fell fallen
rise: rose risen
send: sent
build: built
spend: spent
win: won
buy: bought
sell: sold
break: broke broken
shrink: shrank shrunk
sink: sank sunk
strike: struck stricken
steal: stole stolen
fly: flew flown
flee: fled
fight: fought
catch: caught
teach: taught
seek: sought
speak: spoke spoken
choose: chose chosen
freeze: froze frozen
drive: drove driven
withdraw: withdrew withdrawn
draw: drew drawn
throw: threw thrown
hide: hid hidden
forbid: forbade forbidden
swear: swore sworn
shoot: shot
bear: bore born
feel: felt
deal: dealt
mean: meant
lend: lent
wear: wore worn
eat: ate eaten
drink: drank drunk
swim: swam swum
lie: lain
undergo: underwent undergone
undertake: undertook undertaken
overtake: overtook overtaken
overthrow: overthrew overthrown
understand: understood
hear: heard
sit: sat
sing: sang sung
beat: beaten
bite: bit bitten
blow: blew blown
feed: fed
breed: bred
lay: laid
ride: rode ridden
ring: rang rung
shake: shook shaken
show: shown
sleep: slept
slide: slid
spring: sprang sprung
stick: stuck
sweep: swept
tear: tore torn
wake: woke woken
weep: wept
foresee: foresaw foreseen
forget: forgot forgotten
forgive: forgave forgiven
bind: bound
dig: dug
hang: hung
learn: learnt
burn: burnt
light: lit
swing: swung
uphold: upheld
withhold: withheld
withstand: withstood
rebuild: rebuilt
oversee: oversaw overseen
arise: arose arisen
strive: strove striven
swell: swollen
shine: shone
cling: clung
creep: crept
leap: leapt
mistake: mistook mistaken
prove: proven
sew: sewn
weave: wove woven
tread: trod trodden
kneel: knelt
dwell: dwelt
rewrite: rewrote rewritten
repay: repaid
resell: resold
undo: undid undone
outgrow: outgrew outgrown
"""

NOUNS = """
man: men
woman: women
child: children
foot: feet
tooth: teeth
goose: geese
mouse: mice
wife: wives
wolf: wolves
knife: knives
crisis: crises
analysis: analyses
thesis: theses
criterion: criteria
phenomenon: phenomena
"""


def base_forms(*tables: str) -> dict[str, str]:
    """Form → dictionary form."""
    lines = (line.split(":") for table in tables for line in table.strip().split("\n"))
    return {form: base for base, forms in lines for form in forms.split()}
