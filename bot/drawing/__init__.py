"""Pictures of a debate. Nothing else knows matplotlib, and it is loaded when the first picture is drawn."""

from bot.drawing.pictures import MatplotlibPictures

__all__ = ["MatplotlibPictures"]
