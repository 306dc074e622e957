# SPDX-License-Identifier: GPL-2.0-or-later
"""What the demo says, in French and in English. Braces are filled in by demo.py."""

STEPS = {
    # (part, what): (French, English); what follows " : " or ": " is left out when the step has no text
    ("hub", "reading"): ("le capteur parle : {text}", "the sensor speaks: {text}"),
    ("hub", "suspected"): ("une chute est soupçonnée", "a fall is suspected"),
    ("hub", "verifying"): ("on demande à la personne si tout va bien, à voix haute", "the resident is asked aloud whether all is well"),
    ("hub", "prompt"): ("la voix du domicile : « {text} »", "the home's voice: \"{text}\""),
    ("hub", "raised"): ("l'alerte est donnée", "the alarm is raised"),
    ("hub", "committed"): ("l'alerte est écrite sur le disque du domicile", "it is on the home's disk"),
    ("hub", "published"): ("elle part vers le centre, par MQTT sur TLS", "it leaves for the centre, MQTT over TLS"),
    ("gateway", "received"): ("le centre la reçoit", "the centre receives it"),
    ("gateway", "committed"): ("le centre l'écrit sur son disque", "it is on the centre's disk"),
    ("gateway", "receipted"): ("le centre répond par son accusé de réception", "the centre answers with its receipt"),
    ("hub", "receipt"): ("le domicile a l'accusé de réception : l'alerte est remise",
                         "the home has the receipt: the alarm is delivered"),
    ("gateway", "queued"): ("la phrase est prête : {text}", "the sentence is ready: {text}"),
    ("gateway", "spoken"): ("la voix commence", "the voice begins"),
    ("gateway", "announced"): ("la phrase est dite jusqu'au bout", "the sentence is said to its end"),
    ("hub", "progress"): ("le domicile l'apprend : {text}", "the home learns it: {text}"),
    ("gateway", "accepted"): ("un opérateur s'en charge : {text}", "an operator takes it: {text}"),
    ("gateway", "closed"): ("l'alerte est close : {text}", "it is closed: {text}"),
    ("hub", "ended"): ("fin de l'enregistrement", "end of the recording"),
    ("hub", "closed"): ("close aussi au domicile", "closed in the home too"),
    ("hub", "cancelled"): ("annulée : la personne va bien", "cancelled: the resident is fine"),
    ("gateway", "refused"): ("refusé par le centre : {text}", "refused by the centre: {text}"),
}

# Words of the wire that steps carry as their text.
STATES = {
    "announced": ("annoncée", "announced"), "accepted": ("prise en charge", "accepted"),
    "on_the_way": ("quelqu'un est en route", "somebody is on the way"),
    "on_site": ("quelqu'un est sur place", "somebody is there"), "closed": ("close", "closed"),
    "escalated": ("relancée", "escalated"), "helped": ("quelqu'un a aidé", "somebody helped"),
}

PARTS = {"hub": ("domicile", "home"), "gateway": ("centre", "centre")}

# The hops of the table: from (part, what) to (part, what), French, English.
HOPS = [
    (("hub", "suspected"), ("hub", "raised"), "soupçon → alerte (temps laissé à la personne)",
     "suspected → raised (the time left to the resident)"),
    (("hub", "raised"), ("hub", "committed"), "alerte → disque du domicile", "raised → the home's disk"),
    (("hub", "committed"), ("gateway", "received"), "disque du domicile → reçue au centre",
     "the home's disk → received at the centre"),
    (("gateway", "received"), ("gateway", "committed"), "reçue → disque du centre",
     "received → the centre's disk"),
    (("gateway", "committed"), ("hub", "receipt"), "disque du centre → accusé de réception au domicile",
     "the centre's disk → receipt in the home"),
    (("gateway", "committed"), ("gateway", "spoken"), "disque du centre → premier son",
     "the centre's disk → first sound"),
    (("hub", "raised"), ("gateway", "spoken"), "en tout : alerte → premier son",
     "in all: raised → first sound"),
]

WORDS = {
    "title": ("Vigie : d'un capteur porté à une voix au centre, sur cette seule machine.",
              "Vigie: from a worn sensor to a voice at the centre, on this machine alone."),
    "own": ("Enregistrement : {path}", "Recording: {path}"),
    "real": ("Enregistrement : une vraie mesure, {path} ({whose}).", "Recording: real data, {path} ({whose})."),
    "synthetic": ("Enregistrement : {path}, SYNTHÉTIQUE (produit par Vigie, personne n'est tombé).",
                  "Recording: {path}, SYNTHETIC (made by Vigie, nobody fell)."),
    "whose": ("WEDA-FALL, poignet d'un volontaire ; Marques et Moreno, Sensors 2023, 23, 1146",
              "WEDA-FALL, a volunteer's wrist; Marques and Moreno, Sensors 2023, 23, 1146"),
    "lasts": ("Il dure {length} et est joué à sa vraie vitesse.", "It lasts {length} and is played at its true speed."),
    "shortened": ("Il dure {length} et est joué {speed} fois plus vite.",
                  "It lasts {length} and is played {speed} times faster."),
    "device": ("Son : la carte son de cette machine.", "Sound: this machine's sound card."),
    "wav": ("Son : pas de carte son ici, la voix est écrite dans {path}",
            "Sound: no sound card here, the voice is written to {path}"),
    "started": ("Courtier MQTT (port {port}), passerelle du centre et boîtier du domicile démarrés.",
                "MQTT broker (port {port}), the centre's gateway and the home's hub are started."),
    "asked": ("La personne a {seconds} s pour répondre (30 s d'ordinaire).",
              "The resident has {seconds} s to answer (30 s by default)."),
    "prompt": ("Appuyez sur Entrée pour prendre l'alerte en charge, ou dans un autre terminal :",
               "Press Enter to take charge of the alarm, or in another terminal:"),
    "by_itself": ("(--ack : la démonstration répond elle-même dans 5 s)", "(--ack: the demo answers by itself in 5 s)"),
    "no_keyboard": ("(pas de clavier ici : la démonstration répond elle-même dans 5 s)",
                    "(no keyboard here: the demo answers by itself in 5 s)"),
    "closing": ("Quelqu'un est allé aider : l'opérateur clôt l'alerte, issue « helped ».", "Somebody went and helped: the operator closes it, outcome \"helped\"."),
    "nothing": ("L'enregistrement est fini : rien n'a donné l'alerte.", "The recording is over: nothing raised an alarm."),
    "table": ("Temps mesurés", "Measured times"),
    "listen": ("À écouter : {path}", "To listen to: {path}"),
    "listen_home": ("et ce que la personne a entendu : {path}", "and what the resident heard: {path}"),
    "end": ("Tout est arrêté.", "Everything is stopped."),
    "interrupted": ("Interrompu : tout est arrêté.", "Interrupted: everything is stopped."),
    "silent": ("Le son n'est pas sorti : {text}", "No sound came out: {text}"),
    "no_file": ("{path} : pas de tel fichier", "{path}: no such file"),
    "again": ("suite : {text}", "more of it: {text}"),
    "died": ("{name} s'est arrêté (état {status}) :", "{name} stopped (status {status}):"),
    "stuck": ("Rien ne vient depuis {seconds} s : {name}", "Nothing has come for {seconds} s: {name}"),
}
