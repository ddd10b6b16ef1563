"""What officers write in the forum."""

from django import forms

from forum.services import TEXT_LENGTH, TITLE_LENGTH

_TEXT = forms.Textarea(attrs={"rows": 5, "class": "form-control"})


class SeriesForm(forms.Form):
    """The series that a list of topics is narrowed to; whatever is no id is left out."""

    series = forms.UUIDField(required=False)


class TopicForm(forms.Form):
    """A new topic with its first post."""

    title = forms.CharField(max_length=TITLE_LENGTH, widget=forms.TextInput(attrs={"class": "form-control"}))
    text = forms.CharField(max_length=TEXT_LENGTH, widget=_TEXT)
    series = forms.UUIDField(widget=forms.HiddenInput)


class PostForm(forms.Form):
    """A post in a topic."""

    text = forms.CharField(max_length=TEXT_LENGTH, widget=_TEXT, label="Your post")
