"""Exercises: a made-up case to be solved by people, without its truth, and a grader.

`questions` takes from the truth what can be asked, `sealing` keeps right answers so that they can be compared
and not read, `writing` makes the folder of a case, `grading` compares answers with it.
"""

from coalface.range.exercise.grading import Grade, grade
from coalface.range.exercise.questions import Question, questions_of
from coalface.range.exercise.writing import Exercise, write_exercise

__all__ = ["Exercise", "Grade", "Question", "grade", "questions_of", "write_exercise"]
