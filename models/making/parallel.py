"""Work in processes that live for one task only: espeak-ng must not be started twice in a process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def each(function: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> list[Result]:
    """`function` of every task, in order; an error, or the death of a process, ends the whole."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as executor:
        return list(executor.map(function, tasks))
