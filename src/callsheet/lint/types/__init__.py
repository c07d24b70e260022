"""Types of the data that flows through a scenario: from JSON Schemas to what an expression can give.

The public face, for the rules:

* `from_schema.shape_of_schema`, `literals.shape_of_literal` and `look.object_shape` make shapes;
* `follow.shape_of` and `of_value.shape_of_value` say what an expression or a value gives, and which paths are faulty;
* `fits.mismatch` says whether that can fit a tool's `inputSchema`;
* `look.member`, `look.items_of` and `look.nullable` look into a shape, `describe.describe` names it in words.

A shape always holds every value that can occur, and perhaps others: nothing certain is concluded from a guess.
"""
