"""Pictures: what happened on a made-up chain, as a timeline to read and as a drawing for newcomers.

`timeline` reads the story and says who paid whom how much, `plan` decides what fits into one picture, `draw`
draws it, `words` names amounts and events, `svg` writes elements. Nothing here is an inference: the truth of
a made-up chain is shown.
"""

from coalface.range.picture.draw import draw_story
from coalface.range.picture.timeline import Flow, StoryEvent, Timeline, read_timeline
from coalface.range.picture.words import captions

__all__ = ["Flow", "StoryEvent", "Timeline", "captions", "draw_story", "read_timeline"]
