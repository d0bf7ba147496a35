from django.urls import path

from notifications.views import answering, hooks, notices, reach

app_name = "notifications"

urlpatterns = [
    path("", notices.index, name="list"),
    path("bell/", notices.bell, name="bell"),
    path("read-all/", notices.read_all, name="read_all"),
    path("preferences/", notices.choose, name="preferences"),
    path("a/<str:signed>/", answering.answer, name="answer"),
    path("hooks/twilio/sms/", hooks.twilio_sms, name="twilio_sms"),
    path("hooks/twilio/keys/<int:page>/", hooks.twilio_keys, name="twilio_keys"),
    path("hooks/twilio/status/", hooks.twilio_status, name="twilio_status"),
    path("hooks/vonage/sms/", hooks.vonage_sms, name="vonage_sms"),
    path("hooks/vonage/keys/<int:page>/", hooks.vonage_keys, name="vonage_keys"),
    path("hooks/slack/", hooks.slack, name="slack"),
    path("hooks/mattermost/<str:signed>/", hooks.mattermost, name="mattermost"),
    path("hooks/telegram/", hooks.telegram, name="telegram"),
    path("pages/", answering.banner, name="banner"),
    path("pages/<int:page>/acknowledge/", answering.acknowledge, name="acknowledge"),
    path("reach/", reach.index, name="reach"),
    path("reach/add/", reach.add, name="add_contact"),
    path("reach/browser/", reach.add_browser, name="add_browser"),
    path("reach/banner/", reach.add_banner, name="add_banner"),
    path("reach/contacts/<int:contact>/code/", reach.send_code, name="send_code"),
    path("reach/contacts/<int:contact>/verify/", reach.verify, name="verify"),
    path("reach/contacts/<int:contact>/remove/", reach.remove, name="remove_contact"),
    path("reach/rules/", reach.add_rule, name="add_rule"),
    path("reach/rules/<int:rule>/remove/", reach.remove_rule, name="remove_rule"),
    path("reach/quiet/", reach.quiet, name="quiet"),
    path("reach/test/", reach.test, name="test_page"),
    path("<int:notice>/", notices.follow, name="follow"),
    path("<int:notice>/read/", notices.read, name="read"),
]
