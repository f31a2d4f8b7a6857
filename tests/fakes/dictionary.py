"""A small dictionary of what questions about models and licences need: German, French, Spanish."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORDS = """
access      zugang           accès            acceso
advantage   vorteil          avantage         ventaja
after       nach             après            después
against     gegen            contre           contra
allowed     erlaubt          autorisé         permitido
and         und              et               y
announced   angekündigt      annoncé          anunciado
answer      antwort          réponse          respuesta
are         sind             sont             son
article     artikel          article          artículo
before      vor              avant            antes
between     zwischen         entre            entre
bridge      brücke           pont             puente
built       gebaut           construit        construido
can         kann             peut             puede
closed      geschlossen      fermé            cerrado
code        code             code             código
commercial  kommerziell      commercial       comercial
companies   unternehmen      entreprises      empresas
company     firma            entreprise       empresa
control     kontrolle        contrôle         control
cost        kosten           coût             coste
customers   kunden           clients          clientes
danger      gefahr           danger           peligro
data        daten            données          datos
date        datum            date             fecha
debate      debatte          débat            debate
developers  entwickler       développeurs     desarrolladores
did         hat              a-t-il           hizo
does        tut              fait             hace
education   bildung          éducation        educación
forbidden   verboten         interdit         prohibido
for         für              pour             para
free        frei             libre            libre
from        von              de               desde
government  regierung        gouvernement     gobierno
has         hat              a                ha
have        haben            ont              han
how         wie              comment          cómo
in          in               dans             en
is          ist              est              es
larger      größer           plus grand       mayor
law         gesetz           loi              ley
licence     lizenz           licence          licencia
licences    lizenzen         licences         licencias
many        viele            nombreux         muchos
market      markt            marché           mercado
model       modell           modèle           modelo
models      modelle          modèles          modelos
money       geld             argent           dinero
more        mehr             plus             más
much        viel             beaucoup         mucho
new         neu              nouveau          nuevo
not         nicht            pas              no
number      zahl             nombre           número
of          von              de               de
old         alt              vieux            viejo
on          auf              sur              sobre
open        offen            ouvert           abierto
opened      geöffnet         ouverte          abrió
openness    offenheit        ouverture        apertura
or          oder             ou               o
parameters  parameter        paramètres       parámetros
people      menschen         gens             personas
permits     gestattet        permet           permite
power       macht            pouvoir          poder
price       preis            prix             precio
privacy     datenschutz      confidentialité  privacidad
private     privat           privé            privado
problem     problem          problème         problema
promise     versprechen      promesse         promesa
proof       beweis           preuve           prueba
public      öffentlich       public           público
published   herausgegeben    publié           publicado
question    frage            question         pregunta
reason      grund            raison           razón
release     veröffentlichung publication      publicación
released    veröffentlicht   publiée          lanzado
report      bericht          rapport          informe
research    forschung        recherche        investigación
researchers forscher         chercheurs       investigadores
restrictive restriktiv       restrictive      restrictiva
risk        risiko           risque           riesgo
risks       risiken          risques          riesgos
rules       regeln           règles           reglas
safe        sicher           sûr              seguro
safety      sicherheit       sécurité         seguridad
say         sagen            dire             dice
school      schule           école            escuela
science     wissenschaft     science          ciencia
secret      geheim           secret           secreto
share       teilen           partager         compartir
small       klein            petit            pequeño
smaller     kleiner          plus petit       menor
software    software         logiciel         programa
source      quelle           source           fuente
sources     quellen          sources          fuentes
students    studenten        étudiants        estudiantes
terms       bedingungen      conditions       condiciones
test        test             essai            prueba
than        als              que              que
that        dass             que              que
the         die              le               el
their       ihre             leur             su
they        sie              ils              ellos
trained     trainiert        entraîné         entrenado
training    training         entraînement     entrenamiento
trust       vertrauen        confiance        confianza
under       unter            sous             bajo
university  universität      université       universidad
use         nutzung          usage            uso
used        benutzt          utilisé          usado
users       nutzer           utilisateurs     usuarios
was         wurde            a été            fue
weights     gewichte         poids            pesos
were        wurden           étaient          fueron
what        was              quoi             qué
when        wann             quand            cuándo
where       wo               où               dónde
which       welche           quel             cuál
who         wer              qui              quién
why         warum            pourquoi         por qué
with        mit              avec             con
without     ohne             sans             sin
world       welt             monde            mundo
wrote       schrieb          a écrit          escribió
year        jahr             année            año
years       jahre            ans              años
"""
_VARIANTS = """
von:of de:of
der:the das:the den:the dem:the des:the ein:a eine:a einen:a einer:a eines:a welcher:which welches:which
welchen:which modells:model modellen:models gewichten:weights gewicht:weights lizenzbedingungen:licence
jahren:years jahres:year offene:open offenen:open offener:open offenes:open geschlossene:closed
geschlossenen:closed veröffentlichte:released veröffentlichen:release brücken:bridge eröffnet:opened
daten:data gab:was wird:is werden:are im:in am:on vom:of zum:for la:the les:the un:a une:a des:of du:of
quelle:which quels:which quelles:which ouverts:open ouvertes:open publiés:released publiées:released
sortie:release sorti:released au:in aux:in los:the las:the una:a del:of qué:what cuáles:which abiertos:open
abierta:open abiertas:open publicó:published publicados:released publicada:released cuando:when quien:who
"""
_COLUMNS = ("german", "french", "spanish")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _rows() -> list[list[str]]:
    rows = [line.split() for line in _WORDS.strip().splitlines()]
    return [
        row if len(row) == 4 else _joined(line)
        for row, line in zip(rows, _WORDS.strip().splitlines(), strict=True)
    ]


def _joined(line: str) -> list[str]:
    """A line whose translations have several words: the columns are fixed."""
    return [line[:12].strip(), line[12:29].strip(), line[29:46].strip(), line[46:].strip()]


_ROWS = _rows()
_INTO: dict[str, dict[str, str]] = {
    language: {row[0]: row[column] for row in _ROWS} for column, language in enumerate(_COLUMNS, 1)
}
_ENGLISH: dict[str, str] = {
    **{row[column].lower(): row[0] for row in reversed(_ROWS) for column in (1, 2, 3)},
    **dict(pair.split(":") for pair in _VARIANTS.split()),
    **{row[0]: row[0] for row in _ROWS},
}


def into(language: str, text: str) -> str:
    """The text word for word in a language; words that are not in the dictionary stay, names among them."""
    english = _WORD.sub(lambda word: _english(word[0], first=word.start() < 2), text)
    words = _INTO.get(language.lower())
    return english if words is None else _WORD.sub(lambda word: _cased(word[0], words), english)


def _english(word: str, *, first: bool) -> str:
    """A noun loses the capital that German gives it."""
    found = _cased(word, _ENGLISH)
    return found if first or found == word else found.lower()


def _cased(word: str, words: Mapping[str, str]) -> str:
    found = words.get(word.lower(), word)
    return found[:1].upper() + found[1:] if word[:1].isupper() and found != word else found
