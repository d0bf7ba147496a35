"""The comments of a ticket over REST: reading, writing, editing, and what they said before."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import queries
from tickets.actions import conversation, rewording
from tickets.api.base import TicketBase
from tickets.models import Comment, CommentRevision


class CommentSerializer(serializers.ModelSerializer):
    """A comment."""

    author = serializers.SlugRelatedField(slug_field="email", read_only=True)

    class Meta:
        model = Comment
        fields: ClassVar[list[str]] = ["id", "author", "body", "is_internal", "created_at", "edited_at"]
        read_only_fields: ClassVar[list[str]] = ["id", "author", "created_at", "edited_at"]


class EditCommentSerializer(serializers.Serializer):
    """An own comment by its id, and its new text; who reads it stays."""

    comment = serializers.IntegerField(min_value=1)
    body = serializers.CharField(max_length=60_000, trim_whitespace=False)


class CommentRevisionSerializer(serializers.ModelSerializer):
    """What a comment said from written_at on, until it was edited."""

    class Meta:
        model = CommentRevision
        fields: ClassVar[list[str]] = ["body", "written_at"]
        read_only_fields = fields


class CommentVerbs(TicketBase):
    """What a ticket's viewset offers for comments."""

    @extend_schema(responses=CommentSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def comments(self, request: Request, key: str) -> Response:
        """The comments this user may read, oldest first."""
        return Response(CommentSerializer(queries.comments_for(self.person, self.get_object()), many=True).data)

    @extend_schema(request=CommentSerializer, responses={201: CommentSerializer})
    @action(detail=True, methods=["post"])
    def comment(self, request: Request, key: str) -> Response:
        """Adds an internal note or a public reply. A closed ticket takes notes only, a merged one neither: 409."""
        added = conversation.comment(self.get_object(), actor=self.person, **self.given(CommentSerializer))
        return Response(CommentSerializer(added).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=EditCommentSerializer, responses=CommentSerializer)
    @action(detail=True, methods=["post"], url_path="edit-comment")
    def edit_comment(self, request: Request, key: str) -> Response:
        """Changes the words of an own comment, for 15 minutes or with the right to moderate; the former ones are kept."""
        wanted, ticket = self.given(EditCommentSerializer), self.get_object()
        row = get_object_or_404(queries.comments_for(self.person, ticket), pk=wanted["comment"])
        return Response(CommentSerializer(rewording.edit_comment(ticket, actor=self.person, comment=row, body=wanted["body"])).data)

    @extend_schema(responses=CommentRevisionSerializer(many=True), filters=False, parameters=[OpenApiParameter("comment", OpenApiTypes.INT, "path")])
    @action(detail=True, url_path="comments/(?P<comment>[0-9]{1,18})/history", pagination_class=None)
    def comment_history(self, request: Request, key: str, comment: str) -> Response:
        """What a comment that this user may read said before, the newest first."""
        row = get_object_or_404(queries.comments_for(self.person, self.get_object()), pk=int(comment))
        return Response(CommentRevisionSerializer(row.revisions.all(), many=True).data)
