"""Results of tools without secrets."""

import asyncio
from dataclasses import replace
from typing import cast

import orjson

from callsheet.runs.redaction.aside import SMALL
from callsheet.runs.redaction.redactor import Redactor
from callsheet.runs.tools import OtherBlock, TextBlock, ToolResult
from callsheet.scenario.json import JsonObject


async def clean_result(result: ToolResult, redactor: Redactor) -> ToolResult:
    """`result` without secrets, also those that are split over its blocks; in a thread when it is large."""
    if not redactor:
        return result
    if _is_large(result):
        return await asyncio.to_thread(clean, result, redactor)
    texts = [block.text for block in result.content if isinstance(block, TextBlock)]
    others = [block.value for block in result.content if isinstance(block, OtherBlock)]
    if not redactor.may_hold([texts, "".join(texts) if len(texts) > 1 else None, others, result.structured]):
        return result
    return clean(result, redactor)


def clean(result: ToolResult, redactor: Redactor) -> ToolResult:
    """The same at once."""
    texts = iter(redactor.texts([block.text for block in result.content if isinstance(block, TextBlock)]))
    content = tuple(
        TextBlock(text=next(texts))
        if isinstance(block, TextBlock)
        else OtherBlock(value=cast("JsonObject", redactor.json(block.value)))
        for block in result.content
    )
    return replace(result, content=content, structured=redactor.json(result.structured))


def _is_large(result: ToolResult) -> bool:
    texts = sum(len(block.text) for block in result.content if isinstance(block, TextBlock))
    others = [block.value for block in result.content if isinstance(block, OtherBlock)]
    if texts > SMALL or (result.structured is None and not others):
        return texts > SMALL
    return texts + len(orjson.dumps([result.structured, others])) > SMALL
