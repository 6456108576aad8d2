"""Whether a claim is borne out by the sentences that it cites: `judge` in judge.py. Pure.

From words to a verdict: vocabulary (tables) → wording (tokens, stems) → quantities, dates, speech, stance
→ matching (which word of the evidence a word of the claim rests on) → facts, names, relations, roles, slots,
rewording (what is missing or changed) → judge.
"""
