"""Words that mean the same in a caller's question to a business.

A line is a promise: whoever asks with one word is answered by what was said to the other. So words that often go
together ("flat", "house") or that only sometimes mean the same ("order", "request") stand on no line, and a word stands
on one line only. A word on no line means only itself.
"""

from __future__ import annotations

from deskbell_server.turn.recall.lemmas import lemma

_SYNONYMS = """
accessible access accessibility
accident crash
accommodation accomodation
address adress
adult grownup
advice advise
aeroplane plane airplane aircraft
alcohol alcoholic booze
allergy allergic
alteration alter
antenatal prenatal
apartment flat condo
appetiser appetizer
appointment appointmant apointment
assemble assembly
assessment assess
available availible
baby newborn
barbecue bbq barbeque
basement cellar
bathtub tub
begin start commence
bicycle bike
big large
bonnet hood
book reserve reservation
breakfast brekkie
broken faulty defective
cancel cancellation cancelation
car vehicle automobile
centre center
cesarean caesarean
change amend modify
checkup exam examination
cheque check
child kid infant youngster
class lesson
clothing clothes
collect pickup
colour color
complaint complain
conditioning aircon aircondition
confirm confirmation
cosy cozy
couch sofa settee
crib cot
criminal crime
dairy lactose
customer client patient
day daily
deliver delivery
deposit deposite
dessert pudding
diagnose diagnosis diagnostic diagnostics
dinner supper
disabled handicapped disability
doctor dr physician doc gp
document paperwork documentation papers paper
equipment gear kit
estimate quote quotation
exhaust muffler
extend extension
favourite favorite
fiance fiancee
film movie
finance financing
fix repair mend
floor storey
football soccer
fridge refrigerator
friend mate
garden yard
gearbox transmission
grey gray
guarantee warranty
guest person
gym fitness
headlight headlamp
hob cooker stove
holiday vacation
hour hourly
id identification
improve improvement
include inclusive
indoor indoors inside
inherit inheritance
inject injection
inspect inspection
install installation
instalment installment
instructor teacher tutor
insure insurance insured
interpret interpreter
jacuzzi hottub whirlpool
jewellery jewelry
job vacancy
kindergarten kindergarden
laboratory lab
lawyer solicitor attorney
lens lense
licence license
lift elevator
lorry truck
luggage bag suitcase baggage
mail post
manage management
manager boss
man gentleman
maximum max
medicine medication
member membership
minimum min
mobile cellphone cell
month monthly
motorbike motorcycle
mum mom mother
nappy diaper
near nearby
neighbour neighbor
neuter castrate spay
night nightly overnight
nursery daycare creche
operation operate
optician optometrist
organise organize
outdoor outdoors outside alfresco
painful hurt pain hurts
parcel package
payment pay
petrol gasoline
phone telephone
photograph photo photography
physio physiotherapy physiotherapist
postcode zipcode
practise practice
pregnant pregnancy
prescribe prescription
price cost fee tariff
programme program scheme
pushchair pram stroller buggy
pyjamas pajamas
qualify qualification qualified
pupil student
quiet silent peaceful
receipt reciept
recommend recommendation
recover recovery
refer referral
refund refundable reimburse reimbursement
register registration registering enrol enroll enrolment
remove removal
renovate renovation
rent rental
replace replacement
restaurant resturant restaraunt
rubbish trash garbage
seat seating
senior pensioner elderly retiree
shut close
sick ill unwell
small little
smoke smoking smoker
someone somebody anyone anybody
space spot bay
speak talk
staff employee team personnel
subscribe subscription
swimming swim
takeaway takeout
taxi cab
television tv
terminate termination
theatre theater
timetable schedule
toilet restroom loo wc lavatory
torch flashlight
train railway
translate translator translation
transport transportation
traveller traveler
trousers pants
tyre tire
vaccinate vaccine jab shot vaccination immunisation immunization inoculation
value valuation
vape vaping
vegetarian veggie vegitarian
vet veterinarian
waiter waitress
wallet purse
wardrobe closet
website webpage homepage
week weekly
whiten whitening
wifi wlan broadband
windscreen windshield
year yearly annual annually
woman lady
yoghurt yogurt
"""


def _table() -> dict[str, str]:
    """The dictionary form of each word, and the first of its line."""
    table: dict[str, str] = {}
    for line in _SYNONYMS.strip().splitlines():
        words = line.split()
        first = lemma(words[0])
        for word in words:
            if table.setdefault(lemma(word), first) != first:
                raise ValueError(f"{word} stands on two lines")
    return table


_TABLE = _table()


def concept(word: str) -> str:
    """The one word for all that mean the same as this word, in whatever form."""
    form = lemma(word)
    return _TABLE.get(form, form)
