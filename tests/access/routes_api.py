# ruff: noqa: E501 - a table is read line by line
"""Every address of the API and of the machinery beside it, and what it asks of whoever calls it.

Read it like `routes_web.py`. `body:organisation` and `query:organisation` say that
what decides is not named in the address but in the body or the question; `-` with
an action says that the right is asked for anywhere, or that each thing in the body
is asked for by itself.
"""

TABLE = """
# oneself
GET       api_me.read_me                        anybody                  -
GET       api_me.list_messages                  anybody                  -
POST      api_me.mark_message_read              own                      message
POST      api_me.mark_messages_read             anybody                  -
GET       api_me.list_own_tokens                anybody                  -
DELETE    api_me.revoke_own_token               own                      token
GET       api_retention.list_erasures           anybody                  -             # those of one's own offices: of most people none
GET       api_retention.list_holds              anybody                  -             # likewise
POST      api_retention.place_a_hold            journal:hold             body:organisation lacks=subject
GET       api_own_notices.read_notices          anybody                  -
PATCH     api_own_notices.change_own_addresses  anybody                  -
PUT       api_own_notices.change_muting         anybody                  -             lacks=channel
PUT       api_own_notices.register_own_leave    anybody                  -
POST      api_own_notices.make_calendar         anybody                  -
DELETE    api_own_notices.close_calendar        anybody                  -
GET       api_own_notices.list_leaves           anybody                  -             # lists those whose leave one may register: often nobody
PUT       api_own_notices.register_leave        people:absence           person
PATCH     api_own_notices.change_addresses_of   people:manage            person
GET       api_mandates.list_mandates            anybody                  -             # those of bodies whose reports one reads
POST      api_mandates.file_mandate             report:freeze            body:organisation lacks=holder
POST      api_mandates.end_mandate              report:freeze            mandate
GET       api_ties.list_own_ties                anybody                  -
POST      api_ties.declare_own_tie              anybody                  -
GET       api_ties.list_ties                    people:ties              person
POST      api_ties.record_tie                   people:ties              person
POST      api_ties.withdraw                     people:ties              tie           # and of one's own tie oneself

# organisations and rounds
GET       api_organisations.list_organisations  anybody                  -
GET       api_organisations.read_organisation   serves                   organisation  # where one serves, and below it
GET       api_organisations.verify_journal      journal:verify           organisation
GET       api_audit.read_audit                  audit:rights             -
GET       api_audit.list_questions              audit:looks              -
POST      api_audit.answer_question             own                      question
GET       api_rounds.list_rounds                anybody                  -             # the notice's own dates and tables are no secret
GET       api_rounds.read_round                 anybody                  -             # likewise
GET       api_rounds.read_table                 anybody                  -             # likewise
POST      api_rounds.create_round               round:settings           -             refused=422
POST      api_rounds.change_dates               round:settings           round
POST      api_rounds.change_own                 round:settings           body:organisation
POST      api_rounds.change_round_settings      round:settings           round

# cases
GET       api_cases.list_cases                  anybody                  -
GET       api_cases.read_case                   case:read                case
GET       api_cases.read_choices                case:read                case
POST      api_cases.take_action                 case:begin               case          action=begin
POST      api_cases.take_action                 case:conclude            case          action=conclude
POST      api_cases.take_action                 case:accept              case          action=accept
POST      api_cases.take_action                 case:send_back           case          action=send_back
POST      api_cases.take_action                 case:reopen              case          action=reopen
POST      api_cases.take_action                 case:merge               case          action=merge
POST      api_cases.take_action                 case:merge               case          action=unmerge
GET       api_oversight.list_consequences       case:read                case
POST      api_oversight.record_a_consequence    consequence:record       case
POST      api_oversight.withdraw_a_consequence  consequence:record       case
GET       api_oversight.list_draws              case:spot_check          -
POST      api_oversight.draw_cases              case:spot_check          body:organisation nowhere=403
POST      api_oversight.decide_drawn            case:spot_check          spot
GET       api_oversight.list_uploads            report:read              report
POST      api_oversight.make_upload_package     report:upload            report
POST      api_oversight.record_delivery         report:upload            upload
POST      api_cases.assign_case                 case:assign              case
POST      api_cases.change_severity             case:note                case
POST      api_cases.agree_unverifiable          case:accept              case
POST      api_referrals.ask_above               case:refer               case owner=case:assign
POST      api_referrals.return_case_below          case:take_over           case
POST      api_referrals.take_case_over          case:take_over           case refused=404 lacks=person
GET       api_referrals.list_referrals          anybody                  -             # those to one's own body: mostly nobody's
POST      api_referrals.give_back               case:take_over           referral refused=404
POST      api_case-work.add_note                case:note                case
POST      api_case-work.add_verification        case:verify              case
PUT       api_case-work.write_rectification     case:note                case
POST      api_case-work.finish_planned          case:note                case
POST      api_case-work.ask_hold                case:hold                case
POST      api_case-work.decide_hold             case:accept              case
POST      api_case-work.end_hold                case:hold                case
POST      api_case-work.unmask                  person:unmask            case
POST      api_evidence.add_evidence             case:evidence            case
GET       api_evidence.download_evidence        person:unmask            case
POST      api_evidence.withdraw_evidence        case:evidence            case
POST      api_evidence.propose_correction       case:correct             case
POST      api_evidence.complete_correction      case:correct             case
POST      api_evidence.withdraw_correction      case:correct             case
POST      api_case-actions.take_actions         anybody                  -             # each case that is named is asked for by itself
GET       api_drifts.list_drifts                anybody                  -
GET       api_drifts.read_drift                 case:read                drift
POST      api_drifts.justify_found              case:correct             drift owner=own
POST      api_drifts.justify_ahead              case:correct             case
POST      api_drifts.decide_justification       case:accept              justification
GET       api_drifts.export_event_log           export                   query:organisation

# leads
GET       api_leads.list_leads                  anybody                  -
POST      api_leads.take                        lead:intake              body:organisation
GET       api_leads.read_lead                   lead:read                lead
GET       api_leads.read_lead_choices           lead:read                lead
POST      api_leads.move                        lead:decide              lead          action=accept
POST      api_leads.move                        lead:decide              lead          action=transfer
POST      api_leads.move                        lead:decide              lead          action=decline
POST      api_leads.move                        lead:decide              lead          action=answer
POST      api_leads.move                        lead:reopen              lead          action=reopen seen=lead:reopen
POST      api_leads.triage                      lead:decide              lead
POST      api_leads.assign_officer              lead:assign              lead refused=404 lacks=officer
POST      api_leads.say                         lead:reply               lead
POST      api_leads.look                        lead:reporter            lead
POST      api_leads.look_at_text                lead:reporter            lead
GET       api_leads.late_leads                  anybody                  -
GET       api_lead_links.list_alike             lead:link                lead
GET       api_lead_links.list_offered           lead:link                lead
GET       api_lead_links.list_ready             anybody                  -
POST      api_lead_links.link                   lead:link                lead refused=404 lacks=other
POST      api_lead_links.unlink                 lead:link                lead refused=404 lacks=other
POST      api_lead_links.open_case              lead:link                lead
POST      api_lead_links.decide_leads           lead:link                lead refused=404 lacks=other
POST      api_lead_links.part                   lead:link                lead

# campaigns
GET       api_campaigns.list_campaigns          anybody                  -
POST      api_campaigns.draft_campaign          campaign:draft           body:organisation
GET       api_campaigns.read_campaign           campaign:read            campaign
PATCH     api_campaigns.change_campaign         campaign:draft           campaign
GET       api_campaigns.count_audience          campaign:read            campaign
POST      api_campaigns.approve_campaign        campaign:approve         campaign
POST      api_campaigns.move_campaign           campaign:draft           campaign      action=freeze
POST      api_campaigns.move_campaign           campaign:draft           campaign      action=pause
POST      api_campaigns.move_campaign           campaign:draft           campaign      action=resume
POST      api_campaigns.move_campaign           campaign:draft           campaign      action=cancel
POST      api_campaigns.move_campaign           campaign:draft|campaign:approve campaign action=try
GET       api_campaigns.list_told               campaign:read            campaign
POST      api_campaigns.find_told               campaign:read            campaign
GET       api_campaigns.list_tasks              anybody                  -
POST      api_campaigns.end_task                campaign:draft           task
GET       api_campaigns.count_unconfirmed       anybody                  -             # counts what one sees: for whoever reads no cases, nothing

# imports and screening
GET       api_batches.list_batches              anybody                  -
POST      api_batches.upload_batch              import:run               body:organisation
GET       api_batches.read_batch                import:run               batch refused=404
POST      api_batches.stage_batch               import:run               batch refused=404
GET       api_batches.list_problems             import:run               batch refused=404
POST      api_batches.confirm_batch             import:run               batch refused=404
DELETE    api_batches.drop_batch                import:run               batch refused=404
GET       api_screening-rules.list_rules        screening:run|round:settings|funnel:read -
POST      api_screening-rules.try_settings      round:settings           body:organisation
GET       api_screening-rules.read_trial        round:settings           trial refused=404
GET       api_screening-rules.list_settings     screening:run|round:settings|funnel:read -
POST      api_screening-rules.change_settings   round:settings           body:back_test refused=404
GET       api_screening.list_runs               anybody                  -
POST      api_screening.start_run               screening:run            body:organisation
GET       api_screening.read_run                screening:run            run refused=404
GET       api_screening.list_run_rules          screening:run            run refused=404
GET       api_screening.list_findings           screening:run            run refused=404
GET       api_screening.read_plan               screening:run            run refused=404
POST      api_screening.open_cases              screening:run            run refused=404
GET       api_precision.read_precision          screening:run            query:organisation
POST      api_precision.weigh_anew              screening:refit          body:organisation
GET       api_employers.list_proposals          employer:decide          query:organisation
GET       api_employers.list_decisions          employer:decide          query:organisation
POST      api_employers.decide                  employer:decide          body:organisation
POST      api_employers.retract                 employer:decide          body:organisation
GET       api_samples.list_samples              anybody                  -
POST      api_samples.draw                      sample:draw              body:organisation
GET       api_samples.read_sample               sample                   sample
GET       api_jobs.read_job                     screening:run            screening refused=404
POST      api_jobs.stop_job                     screening:run            screening refused=404

# overviews
GET       api_overdue.read_board                overdue:read             -
POST      api_overdue.press_owner               overdue:press            body:organisation
POST      api_overdue.raise_late_case           overdue:raise            body:case
GET       api_funnel.read_funnel                funnel:read              -
GET       api_rates.read_rates                  rates:read               -
GET       api_rates.list_rate_rows              rates:read               -

# reports and filing
GET       api_self-check.list_plans             report:read              place
POST      api_self-check.issue_plan             report:freeze            place
GET       api_self-check.list_answers           report:read              place
PUT       api_self-check.answer_clause          report:draft             place
GET       api_self-check.list_measures          report:read              place
POST      api_self-check.add_measure            report:draft             place
POST      api_self-check.finish_measure         report:draft             measure
DELETE    api_self-check.drop_measure           report:draft             measure
GET       api_reports.list_reports              anybody                  -
POST      api_reports.begin_report              report:draft             body:organisation
GET       api_reports.read_report               report:read              report
PUT       api_reports.write_texts               report:draft             report
POST      api_reports.freeze_report             report:freeze            report
POST      api_reports.sign_report               report:sign              report
POST      api_reports.hand_in_paper             report:sign|report:draft report
POST      api_reports.refuse_report             report:refuse            report
GET       api_filings.list_deliveries           report:read              report
POST      api_filings.send_report               filing:deliver           report
POST      api_filings.withdraw_filing           filing:withdraw          report
GET       api_filings.download_report_document  report:read              report        kind=report
GET       api_filings.download_package          report:package           report
GET       api_filings.list_filings              anybody                  -
GET       api_filings.read_filing               filing:read              filing
POST      api_filings.give_receipt              filing:receipt           filing
POST      api_filings.return_filing             filing:return            filing
POST      api_filings.note_disposal             filing:dispose           filing

# the machinery
GET       api_deliveries.list_sent_messages     deliveries:look          -
GET       api_deliveries.read_sent_message      deliveries:look          delivery nowhere=403
POST      api_deliveries.read_sent_text         deliveries:look          delivery nowhere=403
POST      api_deliveries.resend_message         deliveries:act           delivery nowhere=403
POST      api_deliveries.drop_sent_message      deliveries:act           delivery nowhere=403
POST      api_deliveries.replay_message         deliveries:act           delivery nowhere=403
POST      api_deliveries.trust_address_of       deliveries:act           delivery nowhere=403
POST      api_deliveries.resend_messages        deliveries:act           -
POST      api_deliveries.drop_sent_messages     deliveries:act           -
POST      api_deliveries.replay_messages        deliveries:act           -             lacks=subscriber
GET       api_channels.list_channels            deliveries:look          -
POST      api_channels.hold_way_out             deliveries:act           service lacks=channel
POST      api_channels.release_way_out          deliveries:act           service lacks=channel
POST      api_channels.weigh_way_out            deliveries:act           service lacks=channel
POST      api_channels.try_way_out              deliveries:act           service lacks=channel
GET       api_service.read_service              service:watch            service
POST      api_service.run_now                   service:run              service lacks=task
GET       api.openapi_json                      open                     -             # the description of the API holds nothing of anybody
GET       api.try_it                            open                     -             # the same description as a page
GET       health.live                           open                     -             # whoever watches the machine
GET       health.ready                          open                     -             # likewise
GET       health.metrics                        open                     -             # this machine alone, or a token of its own
POST      receipts.take                         open                     -             # the secret in the address is the right
"""
